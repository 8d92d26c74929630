/** A worker like src/data/worker.ts with a fake producer. The name of the topic decides how it ends. */

import { parentPort, workerData } from "node:worker_threads";
import { TransactionGenerator } from "../../src/data/generator.ts";
import { SharedCounters } from "../../src/data/shared-counters.ts";
import { runShare } from "../../src/data/share-run.ts";
import type { WorkerAssignment, WorkerMessage } from "../../src/data/worker-messages.ts";
import { FakeProducer } from "./fake-producer.ts";

const { memory, task, seed, eventTime, topic } = workerData as WorkerAssignment;
const counters = new SharedCounters(memory);
const send = (message: WorkerMessage): void => parentPort?.postMessage(message, []);
const own = topic === "lives" || task.worker !== 1;

counters.awaitStart();
if (topic === "fails-early" && task.worker === 1) {
  send({ kind: "failed", error: { code: "kafka", message: "Cannot write", hint: "Do this", detail: undefined, stack: undefined } });
} else if (topic === "dies" && task.worker === 1 && !counters.stopped) {
  counters.writeOffered(task.worker, 30);
  process.exit(3);
}
if (own) {
  const clock = { nowMs: 0 };
  const generator = new TransactionGenerator({ seed, eventTime, nowMs: Date.now, capacity: 10, realistic: null });
  const producer = new FakeProducer({ clock, room: 50, deliveredPerMs: 1 });
  const fakeTimeCounters = {
    get stopped() {
      return counters.stopped;
    },
    sleep(ms: number) {
      clock.nowMs += ms;
      counters.sleep(ms);
    },
    write: counters.write.bind(counters),
    writeOffered: counters.writeOffered.bind(counters),
  };
  const outcome = runShare(task, { generator, producer, counters: fakeTimeCounters, clockMs: () => clock.nowMs, onLog() {} });
  send({ kind: "log", entries: [{ severity: "info", source: "TEST", message: `worker ${task.worker} is done` }] });
  send({ kind: "finished", outcome });
}
