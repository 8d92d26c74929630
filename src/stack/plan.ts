/** What must happen so that the desired services run: decided here, purely, and printed by `--dry-run` with its causes. */

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
  /** The engine's own word, at the moment of looking. */
  readonly healthy: boolean;
}

export interface DesiredService {
  readonly definition: ServiceDefinition;
  readonly definitionHash: string;
}

export type OperationKind = "start" | "restart" | "await" | "keep" | "stop";

export interface Operation {
  readonly operation: OperationKind;
  readonly target: ServiceName;
  readonly cause: string;
}

/** One operation a desired service, then a stop for each running one that is no longer desired. */
export function planStack(desired: readonly DesiredService[], observed: readonly ObservedService[]): readonly Operation[] {
  const seen = new Map(observed.map((service) => [service.name, service]));
  const wanted = new Set(desired.map(({ definition }) => definition.name));
  const operations = desired.map((service) => planService(service, seen.get(service.definition.name)));
  for (const { name, state } of observed) {
    if (state === "running" && !wanted.has(name)) operations.push({ operation: "stop", target: name, cause: "no longer asked for" });
  }
  return operations;
}

function planService({ definition, definitionHash }: DesiredService, seen: ObservedService | undefined): Operation {
  const target = definition.name;
  if (!seen) return { operation: "start", target, cause: "not running" };
  if (seen.state === "gone") return { operation: "start", target, cause: `died: process ${seen.pid} is gone` };
  if (seen.definitionHash !== definitionHash) return { operation: "restart", target, cause: "its definition changed" };
  if (!seen.healthy) return { operation: "await", target, cause: `process ${seen.pid} runs and does not answer yet` };
  return { operation: "keep", target, cause: `healthy, process ${seen.pid}` };
}

/** The plan of `down`: every running service stops. */
export function planStop(observed: readonly ObservedProcess[]): readonly Operation[] {
  const running = observed.filter(({ state }) => state === "running");
  return running.map(({ name }) => ({ operation: "stop", target: name, cause: "asked to stop" }));
}
