/** A server that streamctl does not start: the one that computes, and those that are no longer chosen and still hold what is ours. */

import { hasCode } from "../../core/errors.ts";
import type { Resource } from "../../core/resource.ts";
import { requireSameKafka, type StackProcessor } from "../stack-processor.ts";
import type { ExternalServer } from "../../processors/plugin.ts";
import { windowsTopic } from "../../spec/names.ts";
import { isReady, type KafkaProbe } from "../../stack/health.ts";
import type { Runtime } from "../../stack/runtime.ts";
import type { AbandonedProcessor } from "../../state/choices.ts";

interface ServerPlace {
  readonly processor: StackProcessor;
  readonly server: ExternalServer;
  readonly runtime: Runtime;
  readonly kafkaProbe: KafkaProbe;
}

/** The server that was chosen, as a service that is only waited for. */
export function externalService({ processor, server, runtime, kafkaProbe }: ServerPlace, kafka: Resource): Resource<boolean, undefined> {
  const { endpoint, probe } = server;
  return {
    kind: "service",
    name: processor.declaration.name,
    hidden: true,
    needs: [kafka],
    async observe(deadline) {
      if (!(await isReady(probe(), kafkaProbe, deadline.signal))) return false;
      await requireSameKafka(processor, runtime, deadline).catch((error: unknown) => {
        // Containers tell the id of their Kafka only while they run.
        if (!hasCode(error, "not-running")) throw error;
      });
      return true;
    },
    decide: (healthy) =>
      healthy ? { operation: "keep", cause: `${endpoint} answers` } : { operation: "await", cause: `${endpoint} does not answer` },
    async apply(_, { deadline }) {
      await requireSameKafka(processor, runtime, deadline);
      return { facts: undefined };
    },
  };
}

/** What streamctl made on a server that is no longer chosen: it is taken back before anything else writes the windows. */
export function releasedComputation(
  processor: StackProcessor,
  abandoned: AbandonedProcessor,
  needs: readonly Resource[],
): Resource<undefined, AbandonedProcessor> {
  const [kafka] = needs;
  return {
    kind: "job",
    name: `${windowsTopic.name} at ${processor.external?.endpoint}`,
    needs,
    holder: kafka,
    observe: async () => undefined,
    recall: () => undefined,
    decide: () => ({
      operation: "remove",
      cause: `the ${processor.declaration.label} server at ${processor.external?.endpoint} is no longer chosen`,
    }),
    async apply(_, { deadline, log }) {
      await processor.plugin.release?.(processor.contextFor(), log, deadline.signal ?? new AbortController().signal);
      return { facts: abandoned };
    },
  };
}
