/**
 * The computation of the windows as a resource of the stream processor. The topic of windows has one writer, and holds what one computation
 * wrote: whether its records stay is decided by what is seen of the computation, and it is released before the topic is replaced.
 */

import { type JsonObject, stringAt } from "../../core/json.ts";
import type { Decision, Neighbours, Resource } from "../../core/resource.ts";
import type { TopicResource } from "./topic.ts";
import {
  isDestructive,
  type Processor,
  type ProcessorIdentity,
  type ProcessorObservation,
  type ProcessorPlan,
  startsComputation,
} from "../../processors/processor.ts";
import type { TopicIdentity } from "../../spec/names.ts";

export interface ComputationOptions {
  /** The processor as it works on topics of given ids. */
  readonly processorFor: (transactions: TopicIdentity, windows: TopicIdentity) => Processor;
  readonly transactions: TopicResource;
  readonly windows: TopicResource;
  /** The service that computes, be it ours or not. */
  readonly holder: Resource;
  /** What was remembered of the computation of a name. */
  readonly lastOf: (name: string) => JsonObject | undefined;
  /** What was remembered of every computation, of whichever processor: each may have written the windows. */
  readonly remembered: readonly JsonObject[];
  /** Where it runs: `own`, or the address of a server that streamctl did not start. */
  readonly place: string;
}

export interface ComputationFacts extends ProcessorIdentity {
  readonly processor: string;
  readonly place: string;
}

export interface ComputationResource extends Resource<ProcessorObservation, ComputationFacts> {
  /** Why the records of a topic of windows are not those that this computation would write; undefined where they are. Pure. */
  staleWindows(windows: TopicIdentity, neighbours: Neighbours): string | undefined;
}

/** In the place of the id of a topic that is not there yet: equal to no id that Kafka gives. */
const unknownId = "(not created yet)";

export function computationResource(options: ComputationOptions): ComputationResource {
  const { processorFor, transactions, windows, holder, lastOf, remembered, place } = options;
  const writers = remembered.map(identityIn).filter((identity) => identity !== undefined);
  const identityOf = (topic: TopicResource, neighbours: Neighbours): TopicIdentity =>
    neighbours.facts(topic) ?? { name: topic.name, id: unknownId };
  const processorIn = (neighbours: Neighbours): Processor =>
    processorFor(identityOf(transactions, neighbours), identityOf(windows, neighbours));
  const nowhere = processorFor({ name: transactions.name, id: unknownId }, { name: windows.name, id: unknownId });
  const planIn = (seen: ProcessorObservation, neighbours: Neighbours): ProcessorPlan => {
    const plan = processorIn(neighbours).plan(seen);
    const topic = neighbours.decision(windows);
    return startsComputation(plan) && topic?.operation === "replace" ? { ...plan, cause: topic.cause } : plan;
  };
  const self: ComputationResource = {
    kind: "job",
    name: nowhere.computation,
    holder,
    needs: [holder, transactions, windows],
    observe: async (deadline) => await nowhere.observe(deadline),
    recall() {
      const last = lastOf(nowhere.computation);
      // What another processor or another server left says nothing about this one.
      const isSame = stringAt(last, "processor") === nowhere.name && stringAt(last, "place") === place;
      return nowhere.afterRestart(isSame ? identityIn(last) : undefined);
    },
    staleWindows(topic, neighbours) {
      const seen = neighbours.seen(self);
      if (!seen) return undefined;
      // An engine that lost its memory does not tell who wrote the topic.
      const previous = [...seen.previous, ...writers.filter(({ windowsTopicId }) => windowsTopicId === topic.id)];
      const plan = processorFor(identityOf(transactions, neighbours), topic).plan({ ...seen, previous });
      return startsComputation(plan) && plan.staleWindows ? plan.cause : undefined;
    },
    decide(seen, neighbours) {
      const plan = planIn(seen, neighbours);
      return { ...decisionOf(plan), parts: processorIn(neighbours).parts(plan, seen) };
    },
    validate: async ({ neighbours, deadline }) => await processorIn(neighbours).validate(deadline),
    release: async ({ neighbours, deadline }) => void (await processorIn(neighbours).stop(deadline)),
    async apply(_, application) {
      const { seen, neighbours, deadline, log } = application;
      const plan = planIn(seen, neighbours);
      const processor = processorIn(neighbours);
      await processor.apply(plan, deadline, log);
      return { facts: { processor: processor.name, place, ...processor.wanted } };
    },
    health: async (deadline) => await nowhere.health(deadline),
  };
  return self;
}

function decisionOf(plan: ProcessorPlan): Decision<ComputationFacts> {
  const { operation, cause } = plan;
  const isNew = operation === "create" && !isDestructive(plan) && startsComputation(plan) && !plan.resume;
  return { operation: operation === "unchanged" ? "keep" : operation, cause, ...(isNew ? { obvious: true } : {}) };
}

function identityIn(last: JsonObject | undefined): ProcessorIdentity | undefined {
  const [statements, transactionsTopicId, windowsTopicId] = ["statements", "transactionsTopicId", "windowsTopicId"].map((name) =>
    stringAt(last, name),
  );
  if (statements === undefined || transactionsTopicId === undefined || windowsTopicId === undefined) return undefined;
  return { statements, transactionsTopicId, windowsTopicId };
}
