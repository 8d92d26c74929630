/**
 * What streamctl brings about (services, topics, the processor's computation, schema and table) is a resource in one graph. Each says what
 * it needs, looks at what is there, decides purely what has to happen, and carries it out. `up --dry-run` prints the plan that follows from
 * the decisions, `up` carries out that very plan, and `down` is the plan of a graph in which nothing is wanted.
 */

import type { Log } from "./log.ts";
import type { StepDeadline } from "./step-deadline.ts";

/** Of services the first five; of everything else `keep` and the last four. */
export type OperationKind = "start" | "restart" | "await" | "keep" | "stop" | "create" | "update" | "replace" | "remove";

/** One line of a plan. */
export interface Operation {
  readonly operation: OperationKind;
  readonly kind: string;
  readonly name: string;
  readonly cause: string;
}

/** What has to happen to a resource. */
export interface Decision<Facts = unknown> {
  readonly operation: OperationKind;
  readonly cause: string;
  /** The cause says no more than the operation does, as that something new was not there before. */
  readonly obvious?: true;
  /** What the others can know of the resource before it is carried out; absent where only carrying it out tells. */
  readonly facts?: Facts;
  /** What the resource consists of in its engine, each with an operation of its own. */
  readonly parts?: readonly Operation[];
}

/** What was done. Where it came to something else than was decided, with the operation and the cause. */
export interface Applied<Facts = unknown> extends Partial<Omit<Decision, "facts">> {
  readonly facts: Facts;
}

/** What a decision may know of the other resources of the graph. */
export interface Neighbours {
  /** What was seen of a resource; undefined where the graph does not hold it. */
  seen<Seen>(resource: Resource<Seen> | undefined): Seen | undefined;
  /** Facts of a resource; undefined until it was carried out, unless its decision tells them. */
  facts<Facts>(resource: Resource<unknown, Facts> | undefined): Facts | undefined;
  /** What was decided about a resource that this one needs. */
  decision(resource: Resource | undefined): Decision | undefined;
}

/** What carrying out one resource is given. */
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
  /** It failed again and again, and there is no sign that waiting helps. */
  readonly keepsFailing?: true;
}

/**
 * Methods are called in this order: `observe` or `recall`, `decide`, then `validate`, `release` and `apply` as far as the plan asks for it.
 * Every method but `decide` and `recall` may wait within its deadline; none but `release` and `apply` changes anything.
 */
export interface Resource<Seen = unknown, Facts = unknown> {
  readonly kind: string;
  readonly name: string;
  /** The service whose engine holds it; absent for services. */
  readonly holder?: Resource | undefined;
  /** Carried out before this one. */
  readonly needs: readonly Resource[];
  /** Work with this one while both run: stopped after it. */
  readonly uses?: readonly Resource[];
  /** Seen before this one is decided about, though carried out after it. */
  readonly considers?: readonly Resource[];
  /** A server that streamctl does not start: waited for, and not printed. */
  readonly hidden?: true;
  observe(deadline: StepDeadline): Promise<Seen>;
  /** What it is expected to be while its holder does not run; absent for services. */
  recall?(): Seen;
  /** Pure. @throws StreamctlError where it can neither stay as it is nor be changed */
  decide(seen: Seen, neighbours: Neighbours): Decision<Facts>;
  /** Has its engine check what would be made of it. Called before it, or something that it needs, is replaced. @throws StreamctlError */
  validate?(application: Application<Seen>): Promise<void>;
  /** Stops working with what it needs, of which a part is about to be replaced. */
  release?(application: Application<Seen>): Promise<void>;
  apply(decision: Decision<Facts>, application: Application<Seen>): Promise<Applied<Facts>>;
  /** Whether it works now; absent where its holder's health is its own. */
  health?(deadline: StepDeadline): Promise<Health>;
}

/** Name of a resource within its graph: `topic transactions`. */
export function idOf({ kind, name }: Pick<Resource, "kind" | "name">): string {
  return `${kind} ${name}`;
}

/** Whether an operation takes something away. */
export function isRemoval(operation: OperationKind): boolean {
  return operation === "stop" || operation === "remove";
}
