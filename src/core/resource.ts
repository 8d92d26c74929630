/**
 * Everything that streamctl creates (services, topics, the processor's computation, schema and table) is a resource in one graph. A
 * resource declares its dependencies, observes its state, decides (a pure function) what to do, and applies the decision. The decisions form
 * the plan: `up --dry-run` prints it, `up` executes it, and `down` executes the plan of a graph in which no resource is desired.
 */

import type { Log } from "./log.ts";
import type { StepDeadline } from "./step-deadline.ts";

/** Operations of services: `start` to `stop`. Operations of all other resources: `keep` and the last four. */
export type OperationKind = "start" | "restart" | "await" | "keep" | "stop" | "create" | "update" | "replace" | "remove";

/** One line of a plan. */
export interface Operation {
  readonly operation: OperationKind;
  readonly kind: string;
  readonly name: string;
  readonly cause: string;
}

/** What to do with a resource, and why. */
export interface Decision<Facts = unknown> {
  readonly operation: OperationKind;
  readonly cause: string;
  /** The cause is not worth printing: for example, a created resource did not exist before. */
  readonly obvious?: true;
  /** Facts that are known before the resource is applied; absent if only applying it determines them. */
  readonly facts?: Facts;
  /** The objects in the engine of which the resource consists, each with its operation. */
  readonly parts?: readonly Operation[];
}

/** The result; operation and cause are set only if they differ from the decision. */
export interface Applied<Facts = unknown> extends Partial<Omit<Decision, "facts">> {
  readonly facts: Facts;
}

/** The other resources of the graph, as input of a decision. */
export interface Neighbours {
  /** Observed state of a resource; undefined if the graph does not contain it. */
  observed<Observed>(resource: Resource<Observed> | undefined): Observed | undefined;
  /** Facts of a resource; undefined until it was applied, unless its decision contains them. */
  facts<Facts>(resource: Resource<unknown, Facts> | undefined): Facts | undefined;
  /** The decision about a resource that this one needs. */
  decision(resource: Resource | undefined): Decision | undefined;
}

/** The context in which a resource is validated, released and applied. */
export interface Application<Observed> {
  readonly observed: Observed;
  readonly neighbours: Neighbours;
  readonly deadline: StepDeadline;
  readonly log: Log;
}

export interface Health {
  readonly healthy: boolean;
  /** What its engine reports. */
  readonly detail: string;
  /** It fails repeatedly, so waiting is unlikely to help. */
  readonly keepsFailing?: true;
}

/**
 * Methods are called in this order: `observe` or `recall`, `decide`, then `validate`, `release` and `apply` as the plan requires. All
 * methods but `decide` and `recall` may wait within the deadline; only `release` and `apply` change anything.
 */
export interface Resource<Observed = unknown, Facts = unknown> {
  readonly kind: string;
  readonly name: string;
  /** The service that contains the resource; absent for services. */
  readonly holder?: Resource | undefined;
  /** Dependencies: applied before this resource. */
  readonly needs: readonly Resource[];
  /** Services that this one uses while it runs: stopped after it. */
  readonly uses?: readonly Resource[];
  /** Resources that are observed before this one decides, although they are applied after it. */
  readonly considers?: readonly Resource[];
  /** A server that streamctl does not start: `up` waits for it, but does not print it. */
  readonly hidden?: true;
  observe(deadline: StepDeadline): Promise<Observed>;
  /** Its expected state while its holder is not running, from run.json; absent for services. */
  recall?(): Observed;
  /** Pure. @throws StreamctlError when the resource can neither be kept nor changed */
  decide(observed: Observed, neighbours: Neighbours): Decision<Facts>;
  /**
   * Lets the engine check the new definition. Called before this resource or one of its dependencies is replaced. @throws StreamctlError
   */
  validate?(application: Application<Observed>): Promise<void>;
  /** Stops using its dependencies, one of which is about to be replaced. */
  release?(application: Application<Observed>): Promise<void>;
  apply(decision: Decision<Facts>, application: Application<Observed>): Promise<Applied<Facts>>;
  /** Current health; absent if the holder's health check covers it. */
  health?(deadline: StepDeadline): Promise<Health>;
}

/** Identifies a resource within its graph: `topic transactions`. */
export function idOf({ kind, name }: Pick<Resource, "kind" | "name">): string {
  return `${kind} ${name}`;
}

/** Whether an operation stops or removes a resource. */
export function isRemoval(operation: OperationKind): boolean {
  return operation === "stop" || operation === "remove";
}
