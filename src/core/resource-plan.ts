/** Makes a plan from the resources of a graph and their observed state. The same plan is printed and executed. */

import { StreamctlError } from "./errors.ts";
import type { Log } from "./log.ts";
import { type Decision, idOf, type Neighbours, type Operation, type Resource } from "./resource.ts";
import type { StepDeadline } from "./step-deadline.ts";

export interface Observation {
  readonly observed: unknown;
  /** Whether `observed` is the current state; otherwise it is the state recorded in run.json. */
  readonly live: boolean;
}

/** The observed state of a whole graph. */
export type Snapshot = ReadonlyMap<Resource, Observation>;

export interface PlannedResource extends Observation {
  readonly resource: Resource;
  readonly decision: Decision;
}

/** In topological order: each resource after those that it needs. */
export type Plan = readonly PlannedResource[];

/** Observes all services, then the resources in running engines; the state of the others is taken from run.json. Read-only. */
export async function observeGraph(resources: readonly Resource[], within: () => StepDeadline): Promise<Snapshot> {
  const snapshot = new Map<Resource, Observation>();
  const observe = async (resource: Resource): Promise<void> => {
    const { holder } = resource;
    if (holder === undefined || isServing(holder, snapshot))
      snapshot.set(resource, { observed: await resource.observe(within()), live: true });
    else snapshot.set(resource, { observed: resource.recall?.(), live: false });
  };
  await Promise.all(resources.filter(({ holder }) => holder === undefined).map(observe));
  await Promise.all(resources.filter(({ holder }) => holder !== undefined).map(observe));
  return snapshot;
}

/** Whether a service and all its dependencies are running and stay so: a server may respond although its Kafka is down. */
function isServing(holder: Resource, snapshot: ReadonlyMap<Resource, Observation>): boolean {
  const keeps = holder.decide(snapshot.get(holder)?.observed, noNeighbours).operation === "keep";
  return keeps && holder.needs.every((needed) => isServing(needed, snapshot));
}

const noNeighbours: Neighbours = { observed: () => undefined, facts: () => undefined, decision: () => undefined };

/**
 * Decides what to do with each resource. Pure.
 *
 * @throws StreamctlError when a resource can neither be kept nor changed, `internal` for a graph with a cycle
 */
export function planGraph(resources: readonly Resource[], snapshot: Snapshot): Plan {
  const decisions = new Map<Resource, Decision>();
  const neighbours = plannedNeighbours(
    (resource) => snapshot.get(resource)?.observed,
    (resource) => decisions.get(resource),
  );
  return topologicalOrder(resources).map((resource) => {
    const { observed, live } = snapshot.get(resource) ?? { observed: resource.recall?.(), live: false };
    const decision = resource.decide(observed, neighbours);
    decisions.set(resource, decision);
    return { resource, observed, live, decision };
  });
}

/** The neighbours of a resource before the plan is executed. */
function neighboursIn(plan: Plan): Neighbours {
  const planned = new Map(plan.map((one) => [one.resource, one]));
  return plannedNeighbours(
    (resource) => planned.get(resource)?.observed,
    (resource) => planned.get(resource)?.decision,
  );
}

/** Before a resource is applied, its facts are those that its decision contains. */
function plannedNeighbours(observed: (resource: Resource) => unknown, decision: (resource: Resource) => Decision | undefined): Neighbours {
  return neighboursBy({ observed, decision, facts: (resource) => decision(resource)?.facts });
}

/** Neighbours with the types of their resources. The functions return undefined for what is not known. */
export function neighboursBy({ observed, facts, decision }: Lookup): Neighbours {
  return {
    observed: <Observed>(resource: Resource<Observed> | undefined) => resource && (observed(resource) as Observed | undefined),
    facts: <Facts>(resource: Resource<unknown, Facts> | undefined) => resource && (facts(resource) as Facts | undefined),
    decision: (resource) => resource && decision(resource),
  };
}

interface Lookup {
  readonly observed: (resource: Resource) => unknown;
  readonly facts: (resource: Resource) => unknown;
  readonly decision: (resource: Resource) => Decision | undefined;
}

/** Topological order; resources that do not depend on each other keep the given order. */
function topologicalOrder(resources: readonly Resource[]): readonly Resource[] {
  const ordered = new Set<Resource>();
  const visit = (resource: Resource, above: readonly Resource[]): void => {
    if (ordered.has(resource) || !resources.includes(resource)) return;
    if (above.includes(resource)) {
      throw new StreamctlError("internal", `Cannot order "${idOf(resource)}": it depends on itself through ${above.map(idOf).join(", ")}`);
    }
    for (const needed of resource.needs) visit(needed, [...above, resource]);
    ordered.add(resource);
  };
  for (const resource of resources) visit(resource, []);
  return [...ordered];
}

/** The lines of a plan, or of what was executed; the parts of a resource come before it. */
export function operationsOf(decided: readonly Pick<PlannedResource, "resource" | "decision">[]): readonly Operation[] {
  return decided.flatMap(({ resource: { kind, name, hidden }, decision: { operation, cause, parts = [] } }) =>
    hidden === true ? [] : [...parts, { operation, kind, name, cause }],
  );
}

/** Validates the definitions of resources that would be replaced, in the engines that are running. @throws StreamctlError if an engine rejects one */
export async function validatePlan(plan: Plan, within: () => StepDeadline, log: Log): Promise<void> {
  const neighbours = neighboursIn(plan);
  for (const { resource, observed, live, decision } of plan) {
    const concerned = [decision, ...resource.needs.map((needed) => neighbours.decision(needed))];
    if (live && concerned.some((one) => one?.operation === "replace")) {
      await resource.validate?.({ observed, neighbours, deadline: within(), log });
    }
  }
}
