import { expect, test } from "bun:test";
import { listJobs, jobHistory } from "../../../src/processors/flink/jobs.ts";
import { type JobHistory, keepsFailing, stalledReason } from "../../../src/processors/flink/progress.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { recordedAnswer, recording } from "../recordings.ts";

/** The history of the only running job of a recording, read with the recorded requests. */
async function recordedHistory(path: string): Promise<JobHistory> {
  using fakeFlink = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      return new Response(recording(path).find((exchange) => exchange.request === `GET ${pathname}${search}`)?.text ?? "", { status: 200 });
    },
  });
  const url = `http://127.0.0.1:${fakeFlink.port}`;
  const job = (await listJobs(url, stepDeadline(5000))).find(({ state }) => state !== "CANCELED");
  if (job === undefined) throw new Error(`No job in ${path}`);
  return await jobHistory(url, job, stepDeadline(5000));
}

const recordedCheckpoints: unknown = JSON.parse(recordedAnswer("flink-2.3.0/checkpoints.http", /checkpoints$/u).text);
const [firstAckMs, lastAckMs] = [1795705182000, 1795705203732];

test("stalledReason() accepts a job that completes its checkpoints, but not before the first one", () => {
  const working = { startedAtMs: firstAckMs, nowMs: lastAckMs + 500, checkpoints: recordedCheckpoints, failures: [] };
  expect(stalledReason(working)).toBeUndefined();
  const restarted = { ...working, startedAtMs: lastAckMs + 100 };
  expect(stalledReason(restarted)).toBe("no checkpoint has completed yet");
  expect(stalledReason({ ...restarted, nowMs: lastAckMs + 20_000 })).toBeUndefined();
  expect(stalledReason({ startedAtMs: 1000, nowMs: 1500, checkpoints: { history: [] }, failures: [] })).toBe(
    "no checkpoint has completed yet",
  );
  expect(stalledReason({ startedAtMs: 1000, nowMs: 20_000, checkpoints: { history: [] }, failures: [] })).toBeUndefined();
});

test("stalledReason() accepts a job after the first checkpoint that follows a failure", () => {
  const failedAt = (atMs: number): JobHistory => ({
    startedAtMs: firstAckMs,
    nowMs: lastAckMs + 500,
    checkpoints: recordedCheckpoints,
    failures: [{ atMs, trace: "" }],
  });
  expect(stalledReason(failedAt(lastAckMs - 1))).toBeUndefined();
  expect(stalledReason(failedAt(lastAckMs + 1))).toBe("no checkpoint has completed since it failed");
});

test("stalledReason() detects a job that cannot write its windows and is RUNNING for a minute between failures", async () => {
  const history = await recordedHistory("flink-2.3.0/windows-topic-gone.http");
  expect(stalledReason(history)).toBe("its checkpoint has not completed for 35 s");
  expect(stalledReason({ ...history, nowMs: history.nowMs - 30_000 })).toBe("no checkpoint has completed since it failed");
  expect(keepsFailing(history)).toBe(false);
});

test("keepsFailing() detects a job that cannot read a record: it fails every second without completing a checkpoint", async () => {
  const history = await recordedHistory("flink-2.3.0/zstd.http");
  expect(history.failures).toHaveLength(5);
  expect(keepsFailing(history)).toBe(true);
  expect(stalledReason(history)).toBe("no checkpoint has completed since it failed");
  // After some time without failures, or after a completed checkpoint, earlier failures do not count.
  expect(keepsFailing({ ...history, nowMs: history.nowMs + 60_000 })).toBe(false);
  const completed = { latest: { completed: { latest_ack_timestamp: history.nowMs } } };
  expect(keepsFailing({ ...history, checkpoints: completed })).toBe(false);
});
