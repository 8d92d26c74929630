/** What a Flink job has read, and how it does, as its REST API shows them. https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/ */

import { arrayAt, numberAt, stringAt } from "../../core/json.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";
import type { ComputationView, PartitionProgress } from "../plugin.ts";
import { ask, type FlinkJob, hasEnded, jobHistory, listJobs } from "./jobs.ts";

/**
 * Offsets of a topic from the metrics of the job's Kafka source, which commits to Kafka at checkpoints only. `currentOffset` is of the last
 * record that was read since the job started, `committedOffset` what the last checkpoint goes on from; each is -1 until there is one.
 * The REST API keeps metrics for `metrics.fetcher.update-interval`, and answers the ones that it has while it fetches newer ones.
 *
 * @param jobName of the job; ended ones count as not there
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
  const { json } = await ask(jobUrl, deadline, { missingIsFine: true });
  const vertices = arrayAt(json, "vertices").map((vertex) => stringAt(vertex, "id") ?? "");
  const offsets = vertices.map(async (vertex) => await sourceOffsets(`${jobUrl}/vertices/${vertex}/subtasks/metrics`, topic, deadline));
  return (await Promise.all(offsets)).flat();
}

async function sourceOffsets(metricsUrl: string, topic: string, deadline: StepDeadline): Promise<readonly (readonly [number, number])[]> {
  const listed = await ask(metricsUrl, deadline, { missingIsFine: true });
  const names = arrayAt(listed.json).map((metric) => stringAt(metric, "id") ?? "");
  const wanted = names.filter((name) => offsetIn(name, topic) !== undefined);
  if (wanted.length === 0) return [];
  const query = new URLSearchParams({ agg: "max", get: wanted.join(",") });
  const { json } = await ask(`${metricsUrl}?${query.toString()}`, deadline, { missingIsFine: true });
  return arrayAt(json).flatMap((metric) => {
    const found = offsetIn(stringAt(metric, "id") ?? "", topic);
    const offset = numberAt(metric, "max") ?? -1;
    if (found === undefined || offset < 0) return [];
    return [[found.partition, found.kind === "currentOffset" ? offset + 1 : offset] as const];
  });
}

const offsetMetric = /\.KafkaSourceReader\.topic\.(?<topic>.+)\.partition\.(?<partition>\d+)\.(?<kind>currentOffset|committedOffset)$/u;

/** What the name of a metric of the Kafka source says, if it is of an offset of the topic. In names Flink writes `_` for what would divide them. */
function offsetIn(metric: string, topic: string): { readonly partition: number; readonly kind: string } | undefined {
  const { topic: named, partition, kind } = offsetMetric.exec(metric)?.groups ?? {};
  if (kind === undefined || named !== topic.replaceAll(/[ .:,]/gu, "_")) return undefined;
  return { partition: Number(partition), kind };
}

/** A row for each job of the name that has not ended. */
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

async function liveJobs(restUrl: string, name: string, deadline: StepDeadline): Promise<readonly FlinkJob[]> {
  return (await listJobs(restUrl, deadline)).filter((job) => job.name === name && !hasEnded(job));
}
