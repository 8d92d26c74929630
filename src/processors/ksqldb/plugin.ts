import { hasCode, messageOf, StreamctlError } from "../../core/errors.ts";
import { stepDeadline } from "../../core/step-deadline.ts";
import type { ProcessorContext, ProcessorPlugin } from "../plugin.ts";
import { KsqldbComputation, type KsqldbOptions } from "./computation.ts";
import { createKsqldbProcessor, removeOwnObjects } from "./processor.ts";
import { inspectKsqldb, isInspection, listTables } from "./inspection.ts";
import { isPushQuery, queryKsqldb } from "./query.ts";
import { readServerInfo } from "./server.ts";
import { readSource } from "./source.ts";
import { readProgress, readView } from "./view.ts";

/** Timeout for removing the stack's objects from an external server. */
const releaseTimeoutMs = 60_000;

export const ksqldbPlugin: ProcessorPlugin = {
  computation: (context) => createKsqldbProcessor(optionsOf(context)),
  progress: async (context, deadline) => await readProgress(new KsqldbComputation(optionsOf(context)), deadline),
  view: async (context, deadline) => await readView(new KsqldbComputation(optionsOf(context)), deadline),
  ownObjects: (context) => new KsqldbComputation(optionsOf(context)).declared.map(({ name }) => name),
  async release(context, log, signal) {
    const options = optionsOf(context);
    try {
      const dropped = await removeOwnObjects(options, stepDeadline(releaseTimeoutMs, signal));
      if (dropped.length > 0) log.info(`Dropped from ksqlDB at ${options.url}: ${dropped.join(", ")}`);
    } catch (error) {
      if (hasCode(error, "interrupted")) throw error;
      throw new StreamctlError(
        "processor",
        `Cannot remove the objects of this stack from ksqlDB at "${options.url}": ${messageOf(error)}`,
        {
          cause: error,
          hint: "Their queries may still be running. Run in ksqlDB: SHOW QUERIES; and then TERMINATE and DROP",
        },
      );
    }
  },
  async requireSameKafka(context, clusterId, deadline) {
    const { url } = optionsOf(context);
    const hint = `Start that server with bootstrap.servers=${context.brokers}`;
    const { kafkaClusterId } = await readServerInfo(url, deadline).catch((error: unknown) => {
      if (!hasCode(error, "unreachable")) throw error;
      throw new StreamctlError("unreachable", error.message, { cause: error, hint });
    });
    if (clusterId === undefined || kafkaClusterId === "" || kafkaClusterId === clusterId) return;
    const message = `Cannot use ksqlDB at "${url}": it uses another Kafka cluster (${kafkaClusterId} instead of ${clusterId})`;
    throw new StreamctlError("processor", message, { hint });
  },
  queries: {
    isEndless: isPushQuery,
    ask: async ({ sql, signal, ...place }) =>
      isInspection(sql) ? await inspectKsqldb(addressIn(place), sql, signal) : await queryKsqldb({ url: addressIn(place), sql, signal }),
    tables: async ({ signal, ...place }) => await listTables(addressIn(place), signal),
  },
};

function optionsOf(context: ProcessorContext): KsqldbOptions {
  const { transactions, transactionsPartitions, windows, topics, declarations } = context;
  return {
    url: addressIn(context),
    owner: serverOf(context.source) === undefined ? undefined : { pipeline: context.pipeline, stackId: context.stackId },
    transactions,
    transactionsPartitions,
    windows,
    topics,
    declarations,
  };
}

function addressIn({ endpoints, source }: Pick<ProcessorContext, "endpoints" | "source">): string {
  return serverOf(source) ?? endpoints["ksqldb"] ?? "";
}

/** URL of an external server; undefined if the stack runs its own. */
function serverOf(stored: ProcessorContext["source"]): string | undefined {
  const source = readSource(stored);
  return source && "url" in source ? source.url : undefined;
}
