/** Which run of a service something is: a process of this machine, or a container. */

import type { ProcessIdentity } from "../core/process.ts";

/** Name of a service. Which names there are says the catalog of services; the rooms below it take any. */
export type ServiceName = string;

/** Where the services of a stack run. */
export type RuntimeName = "local" | "docker";

/** One run of one container. */
export interface ContainerIdentity {
  /** Of its main process, as the engine's host counts. */
  readonly pid: number;
  readonly containerId: string;
  /** As the engine writes it; another start of the same container is another run. */
  readonly startedAt: string;
}

export type ServiceIdentity = ProcessIdentity | ContainerIdentity;

export interface RunningService {
  readonly name: ServiceName;
  readonly identity: ServiceIdentity;
}

/** Whether two are one run: a pid or a container alone may come back. */
export function isSameRun(one: ServiceIdentity, other: ServiceIdentity): boolean {
  if ("bootId" in one) {
    return "bootId" in other && one.pid === other.pid && one.startTicks === other.startTicks && one.bootId === other.bootId;
  }
  return "containerId" in other && one.containerId === other.containerId && one.startedAt === other.startedAt;
}
