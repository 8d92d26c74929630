/** External servers as resources: the one in use, and abandoned ones that still have objects of the stack. */

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

/** The external server in use: a service that `up` waits for but does not start. */
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
        // The id of a Kafka in a container can be read only while it is running.
        if (!hasCode(error, "not-running")) throw error;
      });
      return true;
    },
    decide: (healthy) =>
      healthy ? { operation: "keep", cause: `${endpoint} is ready` } : { operation: "await", cause: `${endpoint} is not ready` },
    async apply(_, { deadline }) {
      await requireSameKafka(processor, runtime, deadline);
      return { facts: undefined };
    },
  };
}

/** The objects of the stack on an abandoned server. They are removed before another computation writes the windows. */
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
      cause: `the ${processor.declaration.label} server at ${processor.external?.endpoint} is no longer used`,
    }),
    async apply(_, { deadline, log }) {
      await processor.plugin.release?.(processor.contextFor(), log, deadline.signal ?? new AbortController().signal);
      return { facts: abandoned };
    },
  };
}
