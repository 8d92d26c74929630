/** Identifies one run of a service: a process of this machine, or a container. */

import type { ProcessIdentity } from "../core/process.ts";

/** Name of a service. The catalog of services (pipeline/catalog.ts) lists the names; lower rooms accept any. */
export type ServiceName = string;

/** Where the services of a stack run. */
export type RuntimeName = "local" | "docker";

/** One run of one container. */
export interface ContainerIdentity {
  /** Pid of the main process on the container engine's host. */
  readonly pid: number;
  readonly containerId: string;
  /** Start time as the container engine reports it; a restart of the same container is another run. */
  readonly startedAt: string;
}

export type ServiceIdentity = ProcessIdentity | ContainerIdentity;

export interface RunningService {
  readonly name: ServiceName;
  readonly identity: ServiceIdentity;
}

/** Whether both identify the same run. A pid or a container id alone does not: pids are reused, containers restarted. */
export function isSameRun(one: ServiceIdentity, other: ServiceIdentity): boolean {
  if ("bootId" in one) {
    return "bootId" in other && one.pid === other.pid && one.startTicks === other.startTicks && one.bootId === other.bootId;
  }
  return "containerId" in other && one.containerId === other.containerId && one.startedAt === other.startedAt;
}
