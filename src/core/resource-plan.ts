/** Makes a plan from the resources of a graph and their observed state. The plan can be printed, and is the value that is executed. */

import { StreamctlError } from "./errors.ts";
import type { Log } from "./log.ts";
import { type Decision, idOf, type Neighbours, type Operation, type Resource } from "./resource.ts";
import type { StepDeadline } from "./step-deadline.ts";

export interface Observation {
  readonly seen: unknown;
  /** Whether `seen` was observed now; otherwise it is what run.json recorded last. */
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

/** Observes all services, then the resources in those engines that are running; the others are recalled from run.json. Changes nothing. */
export async function observeGraph(resources: readonly Resource[], within: () => StepDeadline): Promise<Snapshot> {
  const snapshot = new Map<Resource, Observation>();
  const look = async (resource: Resource): Promise<void> => {
    const { holder } = resource;
    if (holder === undefined || isServing(holder, snapshot)) snapshot.set(resource, { seen: await resource.observe(within()), live: true });
    else snapshot.set(resource, { seen: resource.recall?.(), live: false });
  };
  await Promise.all(resources.filter(({ holder }) => holder === undefined).map(look));
  await Promise.all(resources.filter(({ holder }) => holder !== undefined).map(look));
  return snapshot;
}

/** Whether a service runs as planned, and so does every service that it needs: a server may answer although its Kafka is down. */
function isServing(holder: Resource, snapshot: ReadonlyMap<Resource, Observation>): boolean {
  const keeps = holder.decide(snapshot.get(holder)?.seen, noNeighbours).operation === "keep";
  return keeps && holder.needs.every((needed) => isServing(needed, snapshot));
}

const noNeighbours: Neighbours = { seen: () => undefined, facts: () => undefined, decision: () => undefined };

/**
 * Decides what to do with each resource. Pure.
 *
 * @throws StreamctlError when a resource can neither be kept nor changed, `internal` for a graph with a cycle
 */
export function planGraph(resources: readonly Resource[], snapshot: Snapshot): Plan {
  const decisions = new Map<Resource, Decision>();
  const neighbours = neighboursBy(
    (resource) => snapshot.get(resource)?.seen,
    (resource) => decisions.get(resource),
  );
  return topologicalOrder(resources).map((resource) => {
    const { seen, live } = snapshot.get(resource) ?? { seen: resource.recall?.(), live: false };
    const decision = resource.decide(seen, neighbours);
    decisions.set(resource, decision);
    return { resource, seen, live, decision };
  });
}

/** What the resources of a plan know about each other before it is executed. */
export function neighboursIn(plan: Plan): Neighbours {
  const planned = new Map(plan.map((one) => [one.resource, one]));
  return neighboursBy(
    (resource) => planned.get(resource)?.seen,
    (resource) => planned.get(resource)?.decision,
  );
}

function neighboursBy(seenOf: (resource: Resource) => unknown, decisionOf: (resource: Resource) => Decision | undefined): Neighbours {
  return {
    seen: <Seen>(resource: Resource<Seen> | undefined) => resource && (seenOf(resource) as Seen | undefined),
    facts: <Facts>(resource: Resource<unknown, Facts> | undefined) => resource && (decisionOf(resource)?.facts as Facts | undefined),
    decision: (resource) => resource && decisionOf(resource),
  };
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

/** The lines of a plan. */
export function operationsOf(plan: Plan): readonly Operation[] {
  return plan.flatMap(({ resource: { kind, name, hidden }, decision: { operation, cause, parts = [] } }) =>
    hidden === true ? [] : [...parts, { operation, kind, name, cause }],
  );
}

/** Lets the running engines check the definitions of resources that would be replaced. @throws StreamctlError when an engine refuses one */
export async function validatePlan(plan: Plan, within: () => StepDeadline, log: Log): Promise<void> {
  const neighbours = neighboursIn(plan);
  for (const { resource, seen, live, decision } of plan) {
    const concerned = [decision, ...resource.needs.map((needed) => neighbours.decision(needed))];
    if (live && concerned.some((one) => one?.operation === "replace")) {
      await resource.validate?.({ seen, neighbours, deadline: within(), log });
    }
  }
}
