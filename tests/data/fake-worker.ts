/** A worker as src/data/worker.ts, with a fake producer; the topic's name says how it ends. */

import { parentPort, workerData } from "node:worker_threads";
import { TransactionGenerator } from "../../src/data/generator.ts";
import { RunBoard } from "../../src/data/run-board.ts";
import { runShare } from "../../src/data/share-run.ts";
import type { WorkerAssignment, WorkerMessage } from "../../src/data/worker-messages.ts";
import { FakeProducer } from "./fake-producer.ts";

const { memory, task, seed, eventTime, topic } = workerData as WorkerAssignment;
const board = new RunBoard(memory);
const send = (message: WorkerMessage): void => parentPort?.postMessage(message, []);
const own = topic === "lives" || task.worker !== 1;

board.awaitStart();
if (topic === "fails-early" && task.worker === 1) {
  send({ kind: "failed", error: { code: "kafka", message: "Cannot write", hint: "Do this", detail: undefined, stack: undefined } });
} else if (topic === "dies" && task.worker === 1 && !board.stopped) {
  board.writeOffered(task.worker, 30);
  process.exit(3);
}
if (own) {
  const clock = { nowMs: 0 };
  const generator = new TransactionGenerator({ seed, eventTime, nowMs: Date.now, capacity: 10, realistic: null });
  const producer = new FakeProducer({ clock, room: 50, deliveredPerMs: 1 });
  const fakeTimeBoard = {
    get stopped() {
      return board.stopped;
    },
    sleep(ms: number) {
      clock.nowMs += ms;
      board.sleep(ms);
    },
    write: board.write.bind(board),
    writeOffered: board.writeOffered.bind(board),
  };
  const outcome = runShare(task, { generator, producer, board: fakeTimeBoard, clockMs: () => clock.nowMs, onLog() {} });
  send({ kind: "log", entries: [{ severity: "info", source: "TEST", message: `worker ${task.worker} is done` }] });
  send({ kind: "finished", outcome });
}
