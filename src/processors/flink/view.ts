/** Progress and state of a Flink job, from its REST API. https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/ */

import { arrayAt, numberAt, stringAt } from "../../core/json.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";
import type { ComputationView, PartitionProgress } from "../plugin.ts";
import { ask, jobHistory, liveJobs } from "./jobs.ts";

/**
 * Reads offsets of a topic from the metrics of the job's Kafka source, which commits to Kafka only at checkpoints. `currentOffset` is the
 * offset of the last record read since the job started, `committedOffset` the position of the last checkpoint; each is -1 initially.
 * The REST API caches metrics for `metrics.fetcher.update-interval` and returns cached values while it fetches new ones.
 *
 * @param jobName name of the job; ended jobs are ignored
 */
export async function readProgress(
  restUrl: string,
  jobName: string,
  topic: string,
  deadline: StepDeadline,
): Promise<readonly PartitionProgress[]> {
  const nextOffsets = new Map<number, number>();
  for (const job of await liveJobs(restUrl, jobName, deadline)) {
    for (const [partition, nextOffset] of await offsetsOf(`${restUrl}/jobs/${job.id}`, topic, deadline)) {
      nextOffsets.set(partition, Math.max(nextOffset, nextOffsets.get(partition) ?? 0));
    }
  }
  return [...nextOffsets]
    .map(([partition, nextOffset]) => ({ topic, partition, nextOffset }))
    .toSorted((one, other) => one.partition - other.partition);
}

async function offsetsOf(jobUrl: string, topic: string, deadline: StepDeadline): Promise<readonly (readonly [number, number])[]> {
  const { json } = await ask(jobUrl, deadline, { allowNotFound: true });
  const vertices = arrayAt(json, "vertices").map((vertex) => stringAt(vertex, "id") ?? "");
  const offsets = vertices.map(async (vertex) => await sourceOffsets(`${jobUrl}/vertices/${vertex}/subtasks/metrics`, topic, deadline));
  return (await Promise.all(offsets)).flat();
}

async function sourceOffsets(metricsUrl: string, topic: string, deadline: StepDeadline): Promise<readonly (readonly [number, number])[]> {
  const listed = await ask(metricsUrl, deadline, { allowNotFound: true });
  const names = arrayAt(listed.json).map((metric) => stringAt(metric, "id") ?? "");
  const wanted = names.filter((name) => offsetIn(name, topic) !== undefined);
  if (wanted.length === 0) return [];
  const query = new URLSearchParams({ agg: "max", get: wanted.join(",") });
  const { json } = await ask(`${metricsUrl}?${query.toString()}`, deadline, { allowNotFound: true });
  return arrayAt(json).flatMap((metric) => {
    const found = offsetIn(stringAt(metric, "id") ?? "", topic);
    const offset = numberAt(metric, "max") ?? -1;
    if (found === undefined || offset < 0) return [];
    return [[found.partition, found.kind === "currentOffset" ? offset + 1 : offset] as const];
  });
}

const offsetMetric = /\.KafkaSourceReader\.topic\.(?<topic>.+)\.partition\.(?<partition>\d+)\.(?<kind>currentOffset|committedOffset)$/u;

/** Parses the name of an offset metric of the topic; undefined for any other metric. Flink replaces separators in names by `_`. */
function offsetIn(metric: string, topic: string): { readonly partition: number; readonly kind: string } | undefined {
  const { topic: named, partition, kind } = offsetMetric.exec(metric)?.groups ?? {};
  if (kind === undefined || named !== topic.replaceAll(/[ .:,]/gu, "_")) return undefined;
  return { partition: Number(partition), kind };
}

/** One row per job of the name that has not ended. */
export async function readView(restUrl: string, jobName: string, deadline: StepDeadline): Promise<readonly ComputationView[]> {
  const jobs = await liveJobs(restUrl, jobName, deadline);
  return await Promise.all(
    jobs.map(async (job): Promise<ComputationView> => {
      const { checkpoints, failures } = await jobHistory(restUrl, job, deadline);
      const completed = numberAt(checkpoints, "latest", "completed", "latest_ack_timestamp");
      return {
        id: job.id,
        name: job.name,
        state: job.state,
        durationMs: job.durationMs,
        facts: {
          runningTasks: job.runningTasks,
          tasks: job.totalTasks,
          completedCheckpoints: numberAt(checkpoints, "counts", "completed") ?? 0,
          failedCheckpoints: numberAt(checkpoints, "counts", "failed") ?? 0,
          ...(completed === undefined ? {} : { lastCheckpointAtMs: completed }),
          recentFailures: failures.length,
        },
      };
    }),
  );
}
