/** Decides what to do with each service. Pure. */

import type { Decision } from "../core/resource.ts";
import type { ServiceDefinition } from "./service.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** State of a service's process. */
export interface ObservedProcess {
  readonly name: ServiceName;
  /** `exited`: the process was started and has exited unexpectedly. */
  readonly state: "running" | "exited";
}

/** State of a service as reported by its runtime and its health check. */
export interface ObservedService extends ObservedProcess {
  readonly pid: number;
  /** Hash of the definition with which it was started. */
  readonly definitionHash: string;
  /** Result of the health check. */
  readonly healthy: boolean;
  /** It is suspended, so it cannot respond; determined only for a service that is not healthy. */
  readonly frozen?: boolean;
}

export interface DesiredService {
  readonly definition: ServiceDefinition;
  readonly definitionHash: string;
}

/** The observed state of a service, on which its decision is based. */
export interface ServiceObservation {
  /** The run recorded in run.json. */
  readonly recorded?: ObservedService | undefined;
  /** Pids of runs that have the stack's mark but are not in run.json. */
  readonly unrecordedPids: readonly number[];
}

/** @param definitionHash hash of the desired definition */
export function decideService({ recorded, unrecordedPids: [unrecordedPid] }: ServiceObservation, definitionHash: string): Decision<never> {
  if (unrecordedPid !== undefined) return { operation: "restart", cause: unrecordedCause(unrecordedPid) };
  if (!recorded) return { operation: "start", cause: "not running", obvious: true };
  if (recorded.state === "exited") return { operation: "start", cause: `process ${recorded.pid} exited unexpectedly` };
  if (recorded.definitionHash !== definitionHash) return { operation: "restart", cause: "its definition changed" };
  if (recorded.frozen === true) return { operation: "await", cause: `process ${recorded.pid} is frozen` };
  if (!recorded.healthy) return { operation: "await", cause: `process ${recorded.pid} is not ready yet` };
  return { operation: "keep", cause: `healthy, process ${recorded.pid}` };
}

/** @param why why it is not desired, such as `requested` */
export function decideUnwanted({ unrecordedPids: [unrecordedPid] }: ServiceObservation, why: string): Decision<never> {
  return { operation: "stop", cause: unrecordedPid === undefined ? why : unrecordedCause(unrecordedPid) };
}

function unrecordedCause(pid: number): string {
  return `process ${pid} is not recorded in run.json`;
}
