/** From the resources of a graph and what is seen of them to a plan: pure, printable, and the very value that is carried out. */

import { StreamctlError } from "./errors.ts";
import type { Log } from "./log.ts";
import { type Decision, idOf, type Neighbours, type Operation, type Resource } from "./resource.ts";
import type { StepDeadline } from "./step-deadline.ts";

export interface Observation {
  readonly seen: unknown;
  /** Whether the engine told it now; otherwise it is what was left there last. */
  readonly live: boolean;
}

/** One look at a whole graph. */
export type Snapshot = ReadonlyMap<Resource, Observation>;

export interface PlannedResource extends Observation {
  readonly resource: Resource;
  readonly decision: Decision;
}

/** In an order in which each stands after what it needs. */
export type Plan = readonly PlannedResource[];

/** Looks at every resource: at the services, then at what those hold that serve now. Changes nothing. */
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

/** Whether a service answers now, as the stack wants it, and so does every one that it needs: a server may answer without its Kafka. */
function isServing(holder: Resource, snapshot: ReadonlyMap<Resource, Observation>): boolean {
  const keeps = holder.decide(snapshot.get(holder)?.seen, noNeighbours).operation === "keep";
  return keeps && holder.needs.every((needed) => isServing(needed, snapshot));
}

const noNeighbours: Neighbours = { seen: () => undefined, facts: () => undefined, decision: () => undefined };

/**
 * What has to happen to each resource. Pure.
 *
 * @throws StreamctlError where a resource can neither stay nor be changed, `internal` for a graph with a circle
 */
export function planGraph(resources: readonly Resource[], snapshot: Snapshot): Plan {
  const decisions = new Map<Resource, Decision>();
  const neighbours = neighboursBy(
    (resource) => snapshot.get(resource)?.seen,
    (resource) => decisions.get(resource),
  );
  return inOrder(resources).map((resource) => {
    const { seen, live } = snapshot.get(resource) ?? { seen: resource.recall?.(), live: false };
    const decision = resource.decide(seen, neighbours);
    decisions.set(resource, decision);
    return { resource, seen, live, decision };
  });
}

/** What the resources of a plan know of each other before it is carried out. */
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

/** Each resource after those that it needs, otherwise in the order given. */
function inOrder(resources: readonly Resource[]): readonly Resource[] {
  const ordered = new Set<Resource>();
  const visit = (resource: Resource, above: readonly Resource[]): void => {
    if (ordered.has(resource) || !resources.includes(resource)) return;
    if (above.includes(resource)) {
      throw new StreamctlError("internal", `Cannot order "${idOf(resource)}": it needs itself by ${above.map(idOf).join(", ")}`);
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

/** Has the engines that run check what would be made of what is replaced. @throws StreamctlError where one of them would refuse it */
export async function validatePlan(plan: Plan, within: () => StepDeadline, log: Log): Promise<void> {
  const neighbours = neighboursIn(plan);
  for (const { resource, seen, live, decision } of plan) {
    const concerned = [decision, ...resource.needs.map((needed) => neighbours.decision(needed))];
    if (live && concerned.some((one) => one?.operation === "replace")) {
      await resource.validate?.({ seen, neighbours, deadline: within(), log });
    }
  }
}
