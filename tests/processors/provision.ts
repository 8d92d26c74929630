/** Plans and applies a computation on FAKE topics: two values, of which that of the windows can be replaced. */

import type { Change } from "../../src/core/change.ts";
import { type Log, silentLog } from "../../src/core/log.ts";
import { executePlan } from "../../src/core/resource-execution.ts";
import { observeGraph, planGraph } from "../../src/core/resource-plan.ts";
import type { Resource } from "../../src/core/resource.ts";
import { remainingMs, type StepDeadline } from "../../src/core/step-deadline.ts";
import { computationResource, type ComputationResource } from "../../src/pipeline/graph/computation.ts";
import type { TopicFacts, TopicResource } from "../../src/pipeline/graph/topic.ts";
import { changesOf } from "../../src/pipeline/up.ts";
import type { Processor } from "../../src/processors/processor.ts";
import type { TopicIdentity } from "../../src/spec/names.ts";

export interface Provision {
  readonly processorFor: (windows: TopicIdentity) => Processor;
  readonly transactionsTopicId: string;
  readonly windows: TopicIdentity;
  /** Why the topic of windows has to be replaced. */
  readonly unfit?: string | undefined;
  readonly replaceTopic: () => Promise<TopicIdentity>;
  readonly deadline: StepDeadline;
  readonly log?: Log;
}

/** Returns the changes of the computation and of the topic of windows, and the resulting topic. */
export async function provision(options: Provision): Promise<{ readonly changes: readonly Change[]; readonly windows: TopicIdentity }> {
  const { deadline, log = silentLog } = options;
  const factsOf = (topic: TopicIdentity): TopicFacts => ({ ...topic, partitions: 1, retentionMs: "-1" });
  const engine: Resource = {
    kind: "service",
    name: "engine",
    needs: [],
    observe: async () => undefined,
    decide: () => ({ operation: "keep", cause: "a fake" }),
    apply: async () => ({ facts: undefined }),
  };
  const transactions: TopicResource = {
    kind: "topic",
    name: "transactions",
    needs: [engine],
    holder: engine,
    observe: async () => factsOf({ name: "transactions", id: options.transactionsTopicId }),
    decide: (observed) => ({ operation: "keep", cause: "a fake", ...(observed ? { facts: observed } : {}) }),
    apply: async (_, { observed }) => ({ facts: observed ?? factsOf(options.windows) }),
  };
  let job: ComputationResource | undefined;
  let topic = options.windows;
  const windows: TopicResource = {
    kind: "topic",
    name: options.windows.name,
    needs: [engine, transactions],
    holder: engine,
    get considers() {
      return job === undefined ? [] : [job];
    },
    observe: async () => factsOf(options.windows),
    decide(observed = factsOf(options.windows), neighbours) {
      const cause = options.unfit ?? job?.staleWindows(observed, neighbours);
      return cause === undefined ? { operation: "keep", cause: "a fake", facts: observed } : { operation: "replace", cause };
    },
    async apply({ operation }) {
      if (operation === "replace") topic = await options.replaceTopic();
      return { facts: factsOf(topic) };
    },
  };
  job = computationResource({
    processorFor: (_, made) => options.processorFor(made),
    transactions,
    windows,
    holder: engine,
    lastOf: () => undefined,
    remembered: [],
    place: "own",
  });
  const graph = [engine, transactions, windows, job];
  const plan = planGraph(graph, await observeGraph(graph, () => deadline));
  const signal = deadline.signal ?? new AbortController().signal;
  const executed = await executePlan(plan, { log, signal, failure: new AbortController(), timeoutMs: remainingMs(deadline) });
  const changes = changesOf(executed).filter(({ kind, result }) => kind === "job" || (kind === "topic" && result !== "unchanged"));
  return { changes, windows: topic };
}
