import { expect, test } from "bun:test";
import {
  planProcessor,
  type ProcessorIdentity,
  type ProcessorObservation,
  type RunningComputation,
  startsComputation,
} from "../../src/processors/processor.ts";

const wanted: ProcessorIdentity = { statements: "s1", transactionsTopicId: "t1", windowsTopicId: "w1" };
const running = (id: string, identity?: ProcessorIdentity, state: RunningComputation["state"] = "running"): RunningComputation => ({
  id,
  state,
  ...(identity === undefined ? {} : { identity }),
});

const cases: readonly [situation: string, observation: ProcessorObservation][] = [
  ["nothing runs", { computations: [], previous: [] }],
  ["it runs", { computations: [running("a", wanted)], previous: [] }],
  ["it runs and leaves checkpoints", { computations: [running("a", wanted)], previous: [wanted] }],
  ["it is lost", { computations: [], previous: [wanted] }],
  ["it is being stopped", { computations: [running("a", wanted, "stopping")], previous: [wanted] }],
  ["two run", { computations: [running("a", wanted), running("b", wanted)], previous: [wanted] }],
  ["other statements run", { computations: [running("a", { ...wanted, statements: "s0" })], previous: [wanted] }],
  ["transactions were recreated", { computations: [running("a", { ...wanted, transactionsTopicId: "t0" })], previous: [] }],
  ["windows were recreated", { computations: [running("a", { ...wanted, windowsTopicId: "w0" })], previous: [] }],
  ["both topics were recreated", { computations: [], previous: [{ ...wanted, transactionsTopicId: "t0", windowsTopicId: "w0" }] }],
  ["other statements ran before", { computations: [], previous: [{ ...wanted, statements: "s0" }, wanted] }],
  ["a part of it is not running", { computations: [{ ...running("a", wanted), broken: "no query writes B" }], previous: [] }],
  [
    "what differs can be updatable",
    { computations: [{ ...running("a", { ...wanted, statements: "s0" }), updatable: "columns were added" }], previous: [] },
  ],
  ["one of another owner runs", { computations: [running("a")], previous: [] }],
];

test("planProcessor() decides by running computations and those that can be resumed", () => {
  const lines = cases.map(([situation, observation]) => {
    const plan = planProcessor(observation, wanted);
    if (!startsComputation(plan)) return `${situation}: ${plan.operation} ${plan.id} (${plan.cause})`;
    const stop = plan.stop.length === 0 ? "" : ` stop ${plan.stop.join(" ")}`;
    const how = [plan.resume ? "resume" : "from earliest", ...(plan.staleWindows ? ["recreate windows"] : [])].join(", ");
    return `${situation}: ${plan.operation}${stop}, ${how} (${plan.cause})`;
  });
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "nothing runs: create, from earliest (it is not running)
    it runs: unchanged a (its statements and topics are unchanged)
    it runs and leaves checkpoints: unchanged a (its statements and topics are unchanged)
    it is lost: create, resume (it is no longer running)
    it is being stopped: replace stop a, resume (it is being stopped)
    two run: replace stop a b, resume (2 of that name are running, but only one may write)
    other statements run: replace stop a, from earliest, recreate windows (its statements or settings changed)
    transactions were recreated: replace stop a, from earliest, recreate windows (the topic of transactions was recreated)
    windows were recreated: replace stop a, from earliest (the topic of windows was recreated)
    both topics were recreated: create, from earliest (it is not running)
    other statements ran before: create, from earliest, recreate windows (the windows were computed by other statements)
    a part of it is not running: replace stop a, from earliest (no query writes B)
    what differs can be updatable: update a (columns were added)
    one of another owner runs: replace stop a, from earliest, recreate windows (it was not started by streamctl)"
  `);
});
