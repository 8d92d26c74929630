import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendRunEnd, appendRunStart, type RunStart } from "../../src/state/ledger.ts";
import { parseLedger, readLedger } from "../../src/state/ledger-reading.ts";
import type { RunRecord } from "../../src/state/run-record.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streamctl-ledger-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function start(runId: string): RunStart {
  return { runId, topicId: "topic-id", topic: "transactions", startedAtMs: 1000, requested: 10, pid: 7 };
}

function record(delivered: number): RunRecord {
  return {
    topicId: "topic-id",
    topic: "transactions",
    endedAtMs: 2000,
    accepted: 10,
    delivered,
    failed: 0,
    unresolved: 10 - delivered,
    paid: { count: 3, total: 120 },
    seed: "9007199254740991",
  };
}

test("readLedger() of a folder without runs is empty", async () => {
  expect(await readLedger(join(folder, "none"))).toEqual({ runs: [], unfinished: [], damagedLines: 0 });
});

test("readLedger() distinguishes finished runs from those without an end", async () => {
  const ledgerFile = join(folder, "state", "deep");
  await appendRunStart(ledgerFile, start("a"));
  await appendRunStart(ledgerFile, { ...start("b"), requested: null });
  await appendRunEnd(ledgerFile, "a", record(10));
  expect(await readLedger(ledgerFile)).toEqual({ runs: [record(10)], unfinished: [{ ...start("b"), requested: null }], damagedLines: 0 });
});

test("readLedger() uses the last of several ends of a run, in the position of the first", async () => {
  const ledgerFile = join(folder, "twice");
  await appendRunStart(ledgerFile, start("a"));
  await appendRunEnd(ledgerFile, "a", record(10));
  await appendRunEnd(ledgerFile, "b", record(8));
  await appendRunEnd(ledgerFile, "a", { ...record(10), endTopicId: "other-id" });
  const runs = [{ ...record(10), endTopicId: "other-id" }, record(8)];
  expect(await readLedger(ledgerFile)).toEqual({ runs, unfinished: [], damagedLines: 0 });
});

test("parseLedger() counts an end without a run as damaged", () => {
  expect(parseLedger(JSON.stringify({ kind: "ended", ...record(10) }))).toEqual({ runs: [], unfinished: [], damagedLines: 1 });
});

test("appendRunEnd() writes complete lines for many concurrent runs", async () => {
  const ledgerFile = join(folder, "many");
  await Promise.all(Array.from({ length: 50 }, (_, run) => appendRunEnd(ledgerFile, `run ${run}`, record(run % 10))));
  const { runs, damagedLines } = await readLedger(ledgerFile);
  expect([runs.length, damagedLines]).toEqual([50, 0]);
});

test("readLedger() reports a truncated last line, which does not damage the next run", async () => {
  const ledgerFile = join(folder, "torn");
  await appendRunEnd(ledgerFile, "a", record(10));
  const line = await readFile(ledgerFile, "utf8");
  await appendFile(ledgerFile, line.slice(0, 40));
  expect(await readLedger(ledgerFile)).toEqual({ runs: [record(10)], unfinished: [], damagedLines: 1 });
  await appendRunEnd(ledgerFile, "c", record(8));
  expect(await readLedger(ledgerFile)).toEqual({ runs: [record(10), record(8)], unfinished: [], damagedLines: 1 });
});

test.each(["[]", "{}", '{"kind":"ended"}', '{"kind":"started","runId":"a"}', "null", '{"kind":"other","runId":"a"}'])(
  "parseLedger() counts %s as damaged",
  (line) => {
    expect(parseLedger(`${line}\n`)).toEqual({ runs: [], unfinished: [], damagedLines: 1 });
  },
);

test("appendRunStart() reports a folder that cannot be written to", async () => {
  const error: unknown = await appendRunStart("/proc/none/ledger", start("a")).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "state", hint: "Choose a writable folder: --state-dir DIR" });
});
