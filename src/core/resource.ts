/**
 * Everything that streamctl creates (services, topics, the processor's computation, schema and table) is a resource in one graph. A
 * resource names its dependencies, observes its state, decides (a pure function) what to do, and applies the decision. `up --dry-run`
 * prints the plan that the decisions make, `up` executes the same plan, and `down` is the plan of a graph in which no resource is wanted.
 */

import type { Log } from "./log.ts";
import type { StepDeadline } from "./step-deadline.ts";

/** Services take `start` to `stop`, all other resources `keep` and the last four. */
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
  /** The cause adds nothing to the operation: for example, a new resource did not exist before. */
  readonly obvious?: true;
  /** What other resources can know before this one is applied; absent where only applying it reveals that. */
  readonly facts?: Facts;
  /** The objects in the engine of which the resource consists, each with its operation. */
  readonly parts?: readonly Operation[];
}

/** What was done; operation and cause are set where they differ from the decision. */
export interface Applied<Facts = unknown> extends Partial<Omit<Decision, "facts">> {
  readonly facts: Facts;
}

/** What a decision may know about the other resources of the graph. */
export interface Neighbours {
  /** Observed state of a resource; undefined where the graph does not contain it. */
  seen<Seen>(resource: Resource<Seen> | undefined): Seen | undefined;
  /** Facts of a resource; undefined until it was applied, unless its decision contains them. */
  facts<Facts>(resource: Resource<unknown, Facts> | undefined): Facts | undefined;
  /** The decision about a resource that this one needs. */
  decision(resource: Resource | undefined): Decision | undefined;
}

/** The context in which a resource is validated, released and applied. */
export interface Application<Seen> {
  readonly seen: Seen;
  readonly neighbours: Neighbours;
  readonly deadline: StepDeadline;
  readonly log: Log;
}

export interface Health {
  readonly healthy: boolean;
  /** What its engine reports. */
  readonly detail: string;
  /** It fails repeatedly, and nothing suggests that waiting helps. */
  readonly keepsFailing?: true;
}

/**
 * Methods are called in this order: `observe` or `recall`, `decide`, then `validate`, `release` and `apply` as the plan requires. All
 * methods but `decide` and `recall` may wait within the deadline; only `release` and `apply` change anything.
 */
export interface Resource<Seen = unknown, Facts = unknown> {
  readonly kind: string;
  readonly name: string;
  /** The service that contains the resource; absent for services. */
  readonly holder?: Resource | undefined;
  /** Dependencies: applied before this resource. */
  readonly needs: readonly Resource[];
  /** Services that this one uses while both run: stopped after it. */
  readonly uses?: readonly Resource[];
  /** Observed before this resource decides, although applied after it. */
  readonly considers?: readonly Resource[];
  /** A server that streamctl does not start: awaited, but not printed. */
  readonly hidden?: true;
  observe(deadline: StepDeadline): Promise<Seen>;
  /** Its expected state while its holder is not running, from run.json; absent for services. */
  recall?(): Seen;
  /** Pure. @throws StreamctlError when the resource can neither be kept nor changed */
  decide(seen: Seen, neighbours: Neighbours): Decision<Facts>;
  /**
   * Lets the engine check the new definition. Called before this resource or one of its dependencies is replaced. @throws StreamctlError
   */
  validate?(application: Application<Seen>): Promise<void>;
  /** Stops using its dependencies, one of which is about to be replaced. */
  release?(application: Application<Seen>): Promise<void>;
  apply(decision: Decision<Facts>, application: Application<Seen>): Promise<Applied<Facts>>;
  /** Whether it works now; absent where the holder's health check covers it. */
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
