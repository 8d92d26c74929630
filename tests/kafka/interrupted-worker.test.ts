/**
 * Runs on Bun only: Node terminates a worker after its pending requests have ended, each at its own deadline. streamctl's workers
 * send no such requests.
 */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "bun:test";
import { pollUntil } from "../../src/core/wait.ts";
import { clientThreads } from "./client-threads.ts";

test("terminating a worker ends its requests and reads", async () => {
  const before = clientThreads().length;
  const worker = new Worker(new URL("fixtures/asking-worker.ts", import.meta.url));
  expect(await once(worker, "message")).toEqual(["asking"]);
  expect(clientThreads().length).toBeGreaterThan(before);
  await worker.terminate();
  const none = async () => (clientThreads().length <= before ? true : undefined);
  await pollUntil(none, { timeoutMs: 10_000, what: "the worker's clients to end" });
});
