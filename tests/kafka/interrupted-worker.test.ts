/**
 * For Bun alone: Node ends a thread only after the requests that it has in progress, each of which has its own deadline. No
 * worker of ours makes any.
 */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "bun:test";
import { pollUntil } from "../../src/core/wait.ts";
import { clientThreads } from "./client-threads.ts";

test("a terminated worker leaves no request and no read behind", async () => {
  const before = clientThreads().length;
  const worker = new Worker(new URL("fixtures/asking-worker.ts", import.meta.url));
  expect(await once(worker, "message")).toEqual(["asking"]);
  expect(clientThreads().length).toBeGreaterThan(before);
  await worker.terminate();
  const none = async () => (clientThreads().length <= before ? true : undefined);
  await pollUntil(none, { timeoutMs: 10_000, what: "the worker's clients to end" });
});
