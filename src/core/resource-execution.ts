/**
 * Executes a plan: each operation as soon as its dependencies are done, in parallel where the graph allows, until the first failure. It
 * makes no decisions. A resource of an engine that was not running when the plan was made is observed once the engine runs. If its state
 * differs from the expected one, the resource decides again by the same function, and the difference is logged.
 */

import { hasCode, StreamctlError } from "./errors.ts";
import type { Log } from "./log.ts";
import { type Application, type Decision, idOf, isRemoval, type Resource } from "./resource.ts";
import { neighboursBy, type Plan, type PlannedResource } from "./resource-plan.ts";
import { stepDeadline } from "./step-deadline.ts";

export interface ExecutionOptions {
  readonly log: Log;
  /** Interrupts the execution. */
  readonly signal: AbortSignal;
  /** Aborted on the first failure, which ends all other waits. */
  readonly failure: AbortController;
  /** Timeout of each resource, in milliseconds, from the time at which it can begin. */
  readonly timeoutMs: number;
  /** Called once, before the first operation that is not a stop. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /** Called before a resource is changed, and before it is released because something that it needs is replaced. */
  readonly onChange?: ((resource: Resource) => Promise<void>) | undefined;
  /** Called after each resource, in order of completion; resources that need it wait for this call. */
  readonly onDone?: ((done: Executed) => Promise<void>) | undefined;
}

export interface Executed {
  readonly resource: Resource;
  readonly decision: Decision;
  readonly facts: unknown;
}

/**
 * Executes a plan. @returns what was done with each resource, in the order of the plan
 *
 * @throws the first failure in that order, not the interruptions that followed from it; `interrupted` when the caller's signal fired
 */
export async function executePlan(plan: Plan, options: ExecutionOptions): Promise<readonly Executed[]> {
  return await new Execution(plan, options).run();
}

class Execution {
  readonly #plan: Plan;
  readonly #options: ExecutionOptions;
  readonly #signal: AbortSignal;
  readonly #done = new Map<Resource, Promise<Executed>>();
  readonly #observations = new Map<Resource, Promise<void>>();
  readonly #validated = new Map<Resource, Promise<void>>();
  readonly #observed = new Map<Resource, unknown>();
  readonly #executed = new Map<Resource, Executed>();
  readonly #neighbours = neighboursBy({
    observed: (resource) => this.#observed.get(resource),
    facts: (resource) => this.#executed.get(resource)?.facts,
    decision: (resource) => this.#executed.get(resource)?.decision ?? this.#planned(resource)?.decision,
  });
  #prepared: Promise<void> | undefined;

  constructor(plan: Plan, options: ExecutionOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, options.failure.signal]);
    for (const { resource, observed, live } of plan) if (live) this.#observed.set(resource, observed);
  }

  async run(): Promise<readonly Executed[]> {
    const { signal } = this.#options;
    // Every operation but a stop waits for all stops: see #before.
    const outcomes = await Promise.allSettled(this.#plan.map(async ({ resource }) => await this.#execute(resource)));
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

  async #execute(resource: Resource): Promise<Executed> {
    return await oncePer(resource, this.#done, async () => {
      try {
        return await this.#perform(resource);
      } catch (error) {
        this.#options.failure.abort();
        throw error;
      }
    });
  }

  async #perform(resource: Resource): Promise<Executed> {
    await Promise.all(this.#before(resource).map(async (other) => await this.#execute(other)));
    const planned = this.#planned(resource);
    if (planned === undefined) throw new StreamctlError("internal", `Cannot execute "${idOf(resource)}": it is not in the plan`);
    if (!isStop(planned)) await (this.#prepared ??= this.#options.prepare?.());
    await Promise.all((resource.considers ?? []).map(async (other) => await this.#observe(other)));
    await this.#observe(resource);
    this.#throwIfAborted(resource);
    const decision = this.#decideAgain(planned);
    if (decision.operation === "replace") {
      await this.#validate(resource);
      await this.#releaseDependents(resource);
    }
    if (decision.operation !== "keep") await this.#options.onChange?.(resource);
    const { facts, ...done } = await resource.apply(decision, this.#application(resource));
    const executed: Executed = { resource, decision: { ...decision, ...done }, facts };
    this.#executed.set(resource, executed);
    await this.#options.onDone?.(executed);
    return executed;
  }

  /**
   * A removal waits for the removal of its dependents; everything else waits for its dependencies and for every service that is stopped.
   */
  #before(resource: Resource): readonly Resource[] {
    const planned = this.#planned(resource);
    const needs = resource.needs.flatMap((needed) => this.#planned(needed) ?? []);
    if (planned !== undefined && isRemoval(planned.decision.operation)) {
      const users = this.#plan.filter((other) => isRemoval(other.decision.operation) && worksWith(other.resource, resource));
      // A stop needs nothing that stays, and everything that starts waits for it.
      const needed = isStop(planned) ? [] : needs.filter((other) => !isRemoval(other.decision.operation));
      return [...needed, ...users].map((other) => other.resource);
    }
    return [...needs, ...this.#plan.filter(isStop)].map((other) => other.resource);
  }

  /** Observes a resource whose engine was not running when the plan was made. */
  async #observe(resource: Resource): Promise<void> {
    await oncePer(resource, this.#observations, async () => {
      const planned = this.#planned(resource);
      if (planned === undefined || planned.live) return;
      if (resource.holder !== undefined) await this.#execute(resource.holder);
      this.#observed.set(resource, await resource.observe(this.#deadline()));
    });
  }

  /** Decides by the current state. Keeps the planned cause if the operation is the same. */
  #decideAgain({ resource, decision: planned }: PlannedResource): Decision {
    const now = resource.decide(this.#observed.get(resource), this.#neighbours);
    if (now.operation === planned.operation) return { ...now, cause: planned.cause };
    const { log } = this.#options;
    const change = `${idOf(resource)}: ${now.operation} instead of ${planned.operation}, ${now.cause}`;
    if (planned.operation === "keep" || now.operation === "replace" || isRemoval(now.operation)) log.warn(change);
    else log.debug(change);
    return now;
  }

  async #releaseDependents(replaced: Resource): Promise<void> {
    const dependents = this.#plan.filter(({ resource }) => resource.needs.includes(replaced) && resource.release !== undefined);
    for (const { resource } of dependents) {
      await this.#observe(resource);
      await this.#validate(resource);
      await this.#options.onChange?.(resource);
      await resource.release?.(this.#application(resource));
    }
  }

  async #validate(resource: Resource): Promise<void> {
    await oncePer(resource, this.#validated, async () => await resource.validate?.(this.#application(resource)));
  }

  #application(resource: Resource): Application<unknown> {
    return { observed: this.#observed.get(resource), neighbours: this.#neighbours, deadline: this.#deadline(), log: this.#options.log };
  }

  #deadline() {
    return stepDeadline(this.#options.timeoutMs, this.#signal);
  }

  #throwIfAborted(resource: Resource): void {
    if (this.#signal.aborted) throw new StreamctlError("interrupted", `Interrupted before ${idOf(resource)}`);
  }
}

/** Runs the work once per resource; later calls share the result. */
async function oncePer<T>(resource: Resource, results: Map<Resource, Promise<T>>, work: () => Promise<T>): Promise<T> {
  let result = results.get(resource);
  if (result === undefined) {
    result = work();
    results.set(resource, result);
  }
  return await result;
}

function isStop({ decision }: PlannedResource): boolean {
  return decision.operation === "stop";
}

function worksWith(resource: Resource, other: Resource): boolean {
  return resource.needs.includes(other) || (resource.uses ?? []).includes(other);
}
