/** Progress and state of the queries on a ksqlDB server. */

import { arrayAt, at, numberAt, stringAt } from "../../core/json.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";
import type { ComputationView, PartitionProgress } from "../plugin.ts";
import type { KsqldbComputation } from "./computation.ts";
import { writingQueries } from "./change.ts";
import { quoted } from "./declarations.ts";
import { listQueries } from "./objects.ts";
import { ask } from "./server.ts";

/** The committed offset of a query in one partition, and the end offset of the partition. */
interface QueryOffset extends PartitionProgress {
  readonly endOffset: number;
}

/**
 * The committed offsets of all queries of the computation, in all topics that they read, including intermediate ones.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/describe/
 */
export async function readProgress(computation: KsqldbComputation, deadline: StepDeadline): Promise<readonly PartitionProgress[]> {
  const filled = computation.declared.filter(({ definition }) => definition === undefined);
  const offsets = await Promise.all(filled.map(async ({ name }) => await queryOffsets(computation.options.url, name, deadline)));
  return offsets.flat().map(({ topic, partition, nextOffset }) => ({ topic, partition, nextOffset }));
}

/** Empty if the stream or table does not exist, or its query has not committed yet. */
async function queryOffsets(url: string, name: string, deadline: StepDeadline): Promise<readonly QueryOffset[]> {
  const { json } = await ask(url, `DESCRIBE ${quoted(name)} EXTENDED`, deadline);
  const groups = arrayAt(at(json, 0, "sourceDescription"), "queryOffsetSummaries");
  const topics = groups.flatMap((group) => arrayAt(group, "topicSummaries"));
  return topics.flatMap((topic) =>
    arrayAt(topic, "offsets").map((offset) => ({
      topic: stringAt(topic, "kafkaTopic") ?? "",
      partition: numberAt(offset, "partition") ?? 0,
      nextOffset: numberAt(offset, "consumerOffset") ?? 0,
      endOffset: numberAt(offset, "logEndOffset") ?? 0,
    })),
  );
}

/** One row per existing query of the computation. */
export async function readView(
  { options: { url }, declared }: KsqldbComputation,
  deadline: StepDeadline,
): Promise<readonly ComputationView[]> {
  const queries = writingQueries(declared, await listQueries(url, deadline)).filter((query) => query !== undefined);
  return await Promise.all(
    queries.map(async ({ id, state, sinks, topics }): Promise<ComputationView> => {
      const [name = id] = sinks;
      const offsets = await queryOffsets(url, name, deadline);
      const lag = offsets.reduce((sum, { nextOffset, endOffset }) => sum + Math.max(0, endOffset - nextOffset), 0);
      return { id, name, state, facts: { writes: topics.join(", "), ...(offsets.length === 0 ? {} : { lag }) } };
    }),
  );
}
