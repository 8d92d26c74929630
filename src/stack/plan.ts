/** Decides what to do with each service. Pure. */

import type { Decision } from "../core/resource.ts";
import type { ServiceDefinition } from "./service.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** State of a service's process. */
export interface ObservedProcess {
  readonly name: ServiceName;
  /** `gone`: the process was started and has exited unexpectedly. */
  readonly state: "running" | "gone";
}

/** State of a service as its runtime and its health check report it. */
export interface ObservedService extends ObservedProcess {
  readonly pid: number;
  /** Hash of the definition with which it was started. */
  readonly definitionHash: string;
  /** Result of the health check. */
  readonly healthy: boolean;
}

export interface DesiredService {
  readonly definition: ServiceDefinition;
  readonly definitionHash: string;
}

/** The observed state of a service, by which the plan decides. */
export interface ServiceObservation {
  /** The run that run.json names. */
  readonly recorded?: ObservedService | undefined;
  /** Pids of runs that carry the stack's mark and are not in run.json. */
  readonly unrecordedPids: readonly number[];
}

/** @param definitionHash hash of the wanted definition */
export function decideService({ recorded, unrecordedPids: [unrecordedPid] }: ServiceObservation, definitionHash: string): Decision<never> {
  if (unrecordedPid !== undefined) return { operation: "restart", cause: unrecordedCause(unrecordedPid) };
  if (!recorded) return { operation: "start", cause: "not running", obvious: true };
  if (recorded.state === "gone") return { operation: "start", cause: `process ${recorded.pid} exited unexpectedly` };
  if (recorded.definitionHash !== definitionHash) return { operation: "restart", cause: "its definition changed" };
  if (!recorded.healthy) return { operation: "await", cause: `process ${recorded.pid} is not ready yet` };
  return { operation: "keep", cause: `healthy, process ${recorded.pid}` };
}

/** @param why why it is not wanted, such as `asked to stop` */
export function decideUnwanted({ unrecordedPids: [unrecordedPid] }: ServiceObservation, why: string): Decision<never> {
  return { operation: "stop", cause: unrecordedPid === undefined ? why : unrecordedCause(unrecordedPid) };
}

function unrecordedCause(pid: number): string {
  return `process ${pid} is not recorded in run.json`;
}
