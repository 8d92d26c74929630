import { expect, test } from "bun:test";
import {
  planProcessor,
  type ProcessorIdentity,
  type ProcessorObservation,
  type RunningComputation,
  startsAnew,
} from "../../src/processors/processor.ts";

const wanted: ProcessorIdentity = { statements: "s1", transactionsTopicId: "t1", windowsTopicId: "w1" };
const running = (id: string, identity?: ProcessorIdentity, state: RunningComputation["state"] = "running"): RunningComputation => ({
  id,
  state,
  ...(identity === undefined ? {} : { identity }),
});

const cases: readonly [situation: string, observation: ProcessorObservation][] = [
  ["nothing runs", { computations: [], former: [] }],
  ["it runs", { computations: [running("a", wanted)], former: [] }],
  ["it runs and leaves checkpoints", { computations: [running("a", wanted)], former: [wanted] }],
  ["it is lost", { computations: [], former: [wanted] }],
  ["it is being stopped", { computations: [running("a", wanted, "stopping")], former: [wanted] }],
  ["two run", { computations: [running("a", wanted), running("b", wanted)], former: [wanted] }],
  ["other statements run", { computations: [running("a", { ...wanted, statements: "s0" })], former: [wanted] }],
  ["transactions were made anew", { computations: [running("a", { ...wanted, transactionsTopicId: "t0" })], former: [] }],
  ["windows were made anew", { computations: [running("a", { ...wanted, windowsTopicId: "w0" })], former: [] }],
  ["both topics were made anew", { computations: [], former: [{ ...wanted, transactionsTopicId: "t0", windowsTopicId: "w0" }] }],
  ["other statements ran before", { computations: [], former: [{ ...wanted, statements: "s0" }, wanted] }],
  ["a part of it does not run", { computations: [{ ...running("a", wanted), broken: "no query writes B" }], former: [] }],
  [
    "what differs can be mended",
    { computations: [{ ...running("a", { ...wanted, statements: "s0" }), mendable: "columns were added" }], former: [] },
  ],
  ["somebody else's runs", { computations: [running("a")], former: [] }],
];

test("planProcessor() decides from what runs and what can be resumed", () => {
  const lines = cases.map(([situation, observation]) => {
    const plan = planProcessor(observation, wanted);
    if (!startsAnew(plan)) return `${situation}: ${plan.operation} ${plan.id} (${plan.cause})`;
    const stop = plan.stop.length === 0 ? "" : ` stop ${plan.stop.join(" ")}`;
    const how = [plan.resume ? "resume" : "afresh", ...(plan.staleWindows ? ["windows anew"] : [])].join(", ");
    return `${situation}: ${plan.operation}${stop}, ${how} (${plan.cause})`;
  });
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "nothing runs: create, afresh (it is not running)
    it runs: unchanged a (its statements and topics are unchanged)
    it runs and leaves checkpoints: unchanged a (its statements and topics are unchanged)
    it is lost: create, resume (it is no longer running)
    it is being stopped: replace stop a, resume (it is being stopped)
    two run: replace stop a b, resume (2 of that name are running, but only one may write)
    other statements run: replace stop a, afresh, windows anew (its statements or settings changed)
    transactions were made anew: replace stop a, afresh, windows anew (the topic of transactions was recreated)
    windows were made anew: replace stop a, afresh (the topic of windows was recreated)
    both topics were made anew: create, afresh (it is not running)
    other statements ran before: create, afresh, windows anew (the windows were computed by other statements)
    a part of it does not run: replace stop a, afresh (no query writes B)
    what differs can be mended: update a (columns were added)
    somebody else's runs: replace stop a, afresh, windows anew (it was not started by streamctl)"
  `);
});
