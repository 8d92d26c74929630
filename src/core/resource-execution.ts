/**
 * Carries out a plan: each operation as soon as what it waits for is done, in parallel as far as the graph allows, until the first failure.
 * It decides nothing by itself. What an engine that did not run was expected to hold is looked at once it runs; where something else is
 * there, the resource decides again by the same function, and what changes is said.
 */

import { hasCode, StreamctlError } from "./errors.ts";
import type { Log } from "./log.ts";
import { type Application, type Decision, idOf, isRemoval, type Neighbours, type Operation, type Resource } from "./resource.ts";
import type { Plan, PlannedResource } from "./resource-plan.ts";
import { stepDeadline } from "./step-deadline.ts";

export interface ExecutionOptions {
  readonly log: Log;
  /** The caller's own interruption. */
  readonly signal: AbortSignal;
  /** Fires on the first failure too: ends whatever else is waited for. */
  readonly failure: AbortController;
  /** Longest time for each resource, in milliseconds, counted from when it can begin. */
  readonly timeoutMs: number;
  /** Called between the removals and everything else. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /** Told what was done with each resource, in the order of the ends; the next one that needs it waits for that too. */
  readonly onDone?: ((done: Executed) => Promise<void>) | undefined;
}

export interface Executed {
  readonly resource: Resource;
  readonly decision: Decision;
  readonly facts: unknown;
}

/**
 * Answers what was done with each resource, in the order of the plan.
 *
 * @throws the first failure in that order, not what it ended elsewhere; `interrupted` where the caller's signal fired
 */
export async function executePlan(plan: Plan, options: ExecutionOptions): Promise<readonly Executed[]> {
  return await new Execution(plan, options).run();
}

class Execution {
  readonly #plan: Plan;
  readonly #options: ExecutionOptions;
  readonly #signal: AbortSignal;
  readonly #done = new Map<Resource, Promise<Executed>>();
  readonly #looks = new Map<Resource, Promise<unknown>>();
  readonly #validated = new Map<Resource, Promise<void>>();
  readonly #seen = new Map<Resource, unknown>();
  readonly #executed = new Map<Resource, Executed>();
  readonly #neighbours: Neighbours = {
    seen: <Seen>(resource: Resource<Seen> | undefined) => resource && (this.#seen.get(resource) as Seen | undefined),
    facts: <Facts>(resource: Resource<unknown, Facts> | undefined) =>
      resource && (this.#executed.get(resource)?.facts as Facts | undefined),
    decision: (resource) => resource && (this.#executed.get(resource)?.decision ?? this.#planned(resource)?.decision),
  };
  #prepared: Promise<void> | undefined;

  constructor(plan: Plan, options: ExecutionOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, options.failure.signal]);
    for (const { resource, seen, live } of plan) if (live) this.#seen.set(resource, seen);
  }

  async run(): Promise<readonly Executed[]> {
    const { signal } = this.#options;
    // Removals first: nothing else begins while what is unwanted still runs.
    const outcomes = await Promise.allSettled(this.#plan.map(async ({ resource }) => await this.#carryOut(resource)));
    const failures = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason as unknown);
    const interruption = failures.find((reason) => hasCode(reason, "interrupted"));
    const failure = failures.find((reason) => !hasCode(reason, "interrupted"));
    const cause = signal.aborted ? (interruption ?? failure) : (failure ?? interruption);
    if (cause !== undefined) throw cause;
    return outcomes.filter((outcome) => outcome.status === "fulfilled").map(({ value }) => value);
  }

  #planned(resource: Resource): PlannedResource | undefined {
    return this.#plan.find((planned) => planned.resource === resource);
  }

  /** Once per resource, whoever asks for it. */
  async #carryOut(resource: Resource): Promise<Executed> {
    let done = this.#done.get(resource);
    if (done === undefined) {
      done = this.#perform(resource).catch((error: unknown) => {
        this.#options.failure.abort();
        throw error;
      });
      this.#done.set(resource, done);
    }
    return await done;
  }

  async #perform(resource: Resource): Promise<Executed> {
    await Promise.all(this.#before(resource).map(async (other) => await this.#carryOut(other)));
    const planned = this.#planned(resource);
    if (planned === undefined) throw new StreamctlError("internal", `Cannot carry out "${idOf(resource)}": it is in no plan`);
    if (!isStop(planned)) await (this.#prepared ??= this.#prepare());
    await Promise.all((resource.considers ?? []).map(async (other) => await this.#look(other)));
    await this.#look(resource);
    this.#throwIfOver(resource);
    const decision = this.#decideAgain(planned);
    if (decision.operation === "replace") {
      await this.#validate(resource);
      await this.#releaseDependents(resource);
    }
    const { facts, ...done } = await resource.apply(decision, this.#application(resource));
    const executed: Executed = { resource, decision: { ...decision, ...done }, facts };
    this.#executed.set(resource, executed);
    await this.#options.onDone?.(executed);
    return executed;
  }

  /** What is removed waits for those that work with it; everything else waits for what it needs, and for every service that is stopped. */
  #before(resource: Resource): readonly Resource[] {
    const planned = this.#planned(resource);
    const inPlan = (other: Resource): boolean => this.#planned(other) !== undefined;
    if (planned !== undefined && isRemoval(planned.decision.operation)) {
      const users = this.#plan.filter((other) => isRemoval(other.decision.operation) && worksWith(other.resource, resource));
      const needed = resource.needs.filter((other) => inPlan(other) && !isRemoval(this.#planned(other)?.decision.operation ?? "keep"));
      return [...needed, ...users.map((other) => other.resource)];
    }
    const stopped = this.#plan.filter((other) => isStop(other)).map((other) => other.resource);
    return [...resource.needs.filter(inPlan), ...stopped];
  }

  async #prepare(): Promise<void> {
    await this.#options.prepare?.();
  }

  /** What is seen of a resource, by its engine where that did not run when the plan was made. */
  async #look(resource: Resource): Promise<unknown> {
    let look = this.#looks.get(resource);
    if (look === undefined) {
      look = this.#lookNow(resource);
      this.#looks.set(resource, look);
    }
    return await look;
  }

  async #lookNow(resource: Resource): Promise<unknown> {
    const planned = this.#planned(resource);
    if (planned === undefined) return undefined;
    if (planned.live) return planned.seen;
    if (resource.holder !== undefined) await this.#carryOut(resource.holder);
    const seen = await resource.observe(this.#deadline());
    this.#seen.set(resource, seen);
    return seen;
  }

  /** The decision by what is known now. The planned one stays where it comes to the same operation. */
  #decideAgain({ resource, decision: planned }: PlannedResource): Decision {
    const now = resource.decide(this.#seen.get(resource), this.#neighbours);
    if (now.operation === planned.operation) return { ...now, cause: planned.cause };
    const { log } = this.#options;
    const change = `${idOf(resource)}: ${now.operation} in place of ${planned.operation}, ${now.cause}`;
    if (now.operation === "replace" || isRemoval(now.operation)) log.warn(change);
    else log.debug(change);
    return now;
  }

  async #releaseDependents(replaced: Resource): Promise<void> {
    const dependents = this.#plan.filter(({ resource }) => resource.needs.includes(replaced) && resource.release !== undefined);
    for (const { resource } of dependents) {
      await this.#look(resource);
      await this.#validate(resource);
      await resource.release?.(this.#application(resource));
    }
  }

  async #validate(resource: Resource): Promise<void> {
    let validated = this.#validated.get(resource);
    if (validated === undefined) {
      validated = resource.validate?.(this.#application(resource)) ?? Promise.resolve();
      this.#validated.set(resource, validated);
    }
    await validated;
  }

  #application(resource: Resource): Application<unknown> {
    return { seen: this.#seen.get(resource), neighbours: this.#neighbours, deadline: this.#deadline(), log: this.#options.log };
  }

  #deadline() {
    return stepDeadline(this.#options.timeoutMs, this.#signal);
  }

  #throwIfOver(resource: Resource): void {
    if (this.#signal.aborted) throw new StreamctlError("interrupted", `Interrupted before ${idOf(resource)}`);
  }
}

function isStop({ decision }: PlannedResource): boolean {
  return decision.operation === "stop";
}

function worksWith(resource: Resource, other: Resource): boolean {
  return resource.needs.includes(other) || (resource.uses ?? []).includes(other);
}

/** What was done, as lines: parts before the whole. */
export function operationsDone(executed: readonly Executed[]): readonly Operation[] {
  return executed.flatMap(({ resource: { kind, name, hidden }, decision: { operation, cause, parts = [] } }) =>
    hidden === true ? [] : [...parts, { operation, kind, name, cause }],
  );
}
