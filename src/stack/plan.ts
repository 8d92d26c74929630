/** What must happen so that a service runs as it is wanted: decided here, purely. */

import type { Decision } from "../core/resource.ts";
import type { ServiceDefinition } from "./service.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** What is seen of a service's process. */
export interface ObservedProcess {
  readonly name: ServiceName;
  /** `gone`: it was started once and its process has ended without being asked to. */
  readonly state: "running" | "gone";
}

/** What the runtime saw of one service. */
export interface ObservedService extends ObservedProcess {
  readonly pid: number;
  /** Hash of the definition that it was started with. */
  readonly definitionHash: string;
  /** What the engine reports, at the moment of looking. */
  readonly healthy: boolean;
}

export interface DesiredService {
  readonly definition: ServiceDefinition;
  readonly definitionHash: string;
}

/** What is seen of a service before anything is decided. */
export interface ServiceSeen {
  /** The run that the state names. */
  readonly recorded?: ObservedService | undefined;
  /** Pids of runs that carry the stack's mark and that the state does not name. */
  readonly unrecordedPids: readonly number[];
}

/** @param definitionHash of the service as it is wanted */
export function decideService({ recorded: seen, unrecordedPids: [stray] }: ServiceSeen, definitionHash: string): Decision<never> {
  if (stray !== undefined) return { operation: "restart", cause: unrecordedCause(stray) };
  if (!seen) return { operation: "start", cause: "not running", obvious: true };
  if (seen.state === "gone") return { operation: "start", cause: `died: process ${seen.pid} is gone` };
  if (seen.definitionHash !== definitionHash) return { operation: "restart", cause: "its definition changed" };
  if (!seen.healthy) return { operation: "await", cause: `process ${seen.pid} runs and does not answer yet` };
  return { operation: "keep", cause: `healthy, process ${seen.pid}` };
}

/** @param why it is not wanted, such as `asked to stop` */
export function decideUnwanted({ unrecordedPids: [stray] }: ServiceSeen, why: string): Decision<never> {
  return { operation: "stop", cause: stray === undefined ? why : unrecordedCause(stray) };
}

function unrecordedCause(pid: number): string {
  return `process ${pid} runs without being known to run.json`;
}
