import { expect, test } from "bun:test";
import { createServer } from "node:http";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { readProgress, readView } from "../../../src/processors/flink/view.ts";
import { recording } from "../recordings.ts";

const exchanges = recording("flink-2.3.0/progress.http");
const jobName = "streamctl-window_transactions";

/** A FAKE cluster that replays the answers of a real one after 1000 records. @param edit modifies an answer */
async function startCluster(edit: (text: string) => string = (text) => text) {
  const server = createServer((request, response) => {
    const found = exchanges.find((exchange) => exchange.request === `GET ${decodeURIComponent(request.url ?? "")}`);
    response.writeHead(found?.status ?? 404, { "content-type": "application/json" }).end(edit(found?.text ?? "{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("readProgress() reads the offsets of a topic from the metrics of the job's source", async () => {
  await using cluster = await startCluster();
  const progress = await readProgress(cluster.url, jobName, "transactions", stepDeadline(5000));
  expect(progress).toEqual([
    { topic: "transactions", partition: 0, nextOffset: 415 },
    { topic: "transactions", partition: 1, nextOffset: 286 },
    { topic: "transactions", partition: 2, nextOffset: 299 },
  ]);
  expect(progress.reduce((sum, { nextOffset }) => sum + nextOffset, 0)).toBe(1000);
});

test("readProgress() uses the last checkpoint if nothing was read since the job started", async () => {
  await using cluster = await startCluster((text) => text.replaceAll(/(?<id>currentOffset", "max": )[\d.]+/gu, "$<id>-1.0"));
  const progress = await readProgress(cluster.url, jobName, "transactions", stepDeadline(5000));
  expect(progress.map(({ nextOffset }) => nextOffset)).toEqual([415, 286, 299]);
});

test("readProgress() omits partitions without metrics, other topics and other jobs", async () => {
  await using cluster = await startCluster((text) => text.replaceAll(/(?<id>Offset", "max": )[\d.]+/gu, "$<id>-1.0"));
  const read = async (job: string, topic: string) => await readProgress(cluster.url, job, topic, stepDeadline(5000));
  expect([await read(jobName, "transactions"), await read(jobName, "action"), await read("other", "transactions")]).toEqual([[], [], []]);
});

test("readView() returns the job as reported by Flink", async () => {
  await using cluster = await startCluster();
  expect(await readView(cluster.url, jobName, stepDeadline(5000))).toEqual([
    {
      id: "0123456789abcdef0123456789abcdef",
      name: jobName,
      state: "RUNNING",
      durationMs: 134_305,
      facts: {
        runningTasks: 2,
        tasks: 2,
        completedCheckpoints: 44,
        failedCheckpoints: 0,
        lastCheckpointAtMs: expect.any(Number),
        recentFailures: 0,
      },
    },
  ]);
});
