/**
 * The computation of the windows as a resource. The topic of windows has one writer and contains the output of one computation. So the state
 * of the computation determines whether the topic is kept, and the computation stops before the topic is replaced.
 */

import { type JsonObject, stringAt } from "../../core/json.ts";
import type { Decision, Neighbours, Resource } from "../../core/resource.ts";
import { notCreated, topicIdentity, type TopicResource } from "./topic.ts";
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
  /** The processor for topics with the given ids. */
  readonly processorFor: (transactions: TopicIdentity, windows: TopicIdentity) => Processor;
  readonly transactions: TopicResource;
  readonly windows: TopicResource;
  /** The service or external server that runs the computation. */
  readonly holder: Resource;
  /** The facts that the state has about a computation. */
  readonly lastOf: (name: string) => JsonObject | undefined;
  /** The facts that the state has about computations of all processors: each of them may have written the windows. */
  readonly remembered: readonly JsonObject[];
  /** Where it runs: `own`, or the URL of an external server. */
  readonly place: string;
}

export interface ComputationFacts extends ProcessorIdentity {
  readonly processor: string;
  readonly place: string;
}

export interface ComputationResource extends Resource<ProcessorObservation, ComputationFacts> {
  /** Why the records of a topic of windows differ from the output of this computation; undefined if they do not. Pure. */
  staleWindows(windows: TopicIdentity, neighbours: Neighbours): string | undefined;
}

export function computationResource(options: ComputationOptions): ComputationResource {
  const { processorFor, transactions, windows, holder, lastOf, remembered, place } = options;
  const writers = remembered.map(identityIn).filter((identity) => identity !== undefined);
  const processorIn = (neighbours: Neighbours): Processor =>
    processorFor(topicIdentity(transactions, neighbours), topicIdentity(windows, neighbours));
  const nowhere = processorFor(notCreated(transactions), notCreated(windows));
  const planIn = (observed: ProcessorObservation, neighbours: Neighbours): ProcessorPlan => {
    const plan = processorIn(neighbours).plan(observed);
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
      // Facts of another processor or server do not apply.
      const isSame = stringAt(last, "processor") === nowhere.name && stringAt(last, "place") === place;
      return nowhere.afterRestart(isSame ? identityIn(last) : undefined);
    },
    staleWindows(topic, neighbours) {
      const observed = neighbours.observed(self);
      if (!observed) return undefined;
      // An engine that lost its data cannot tell which computation wrote the topic.
      const previous = [...observed.previous, ...writers.filter(({ windowsTopicId }) => windowsTopicId === topic.id)];
      const plan = processorFor(topicIdentity(transactions, neighbours), topic).plan({ ...observed, previous });
      return startsComputation(plan) && plan.staleWindows ? plan.cause : undefined;
    },
    decide(observed, neighbours) {
      const plan = planIn(observed, neighbours);
      return { ...decisionOf(plan), parts: processorIn(neighbours).parts(plan, observed) };
    },
    validate: async ({ neighbours, deadline }) => await processorIn(neighbours).validate(deadline),
    release: async ({ neighbours, deadline }) => void (await processorIn(neighbours).stop(deadline)),
    async apply(_, application) {
      const { observed, neighbours, deadline, log } = application;
      const plan = planIn(observed, neighbours);
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
