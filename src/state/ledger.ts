/**
 * What the runs of `data` sent; `verify` compares the topic with it. A run appends one JSON line when it begins and one when it ends; a
 * later end of the same run replaces an earlier one. A killed run leaves only its first line: the topic may then contain more than was
 * counted.
 */

import { open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isObject, numberAt, parseJson, stringAt, type JsonObject } from "../core/json.ts";
import { withDiskSpace } from "../core/disk.ts";
import { hasCode, messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { makeFolder, syncFolder } from "../core/files.ts";
import type { RunRecord } from "./run-record.ts";

export interface RunStart {
  /** Unique. */
  readonly runId: string;
  readonly topicId: string;
  readonly topic: string;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Messages that the run will send; null when it runs until it is interrupted. */
  readonly requested: number | null;
  /** The process of the run. */
  readonly pid: number;
}

export interface Ledger {
  /** Finished runs, in the order in which they ended. */
  readonly runs: readonly RunRecord[];
  /** Runs without an end: still running, or killed. How much they sent is unknown. */
  readonly unfinished: readonly RunStart[];
  /** Lines that cannot be parsed, such as one truncated by a full disk or a power failure. */
  readonly damagedLines: number;
}

/** Records the start of a run; call it before the first message is sent. @throws StreamctlError `state`, `no-space` */
export async function appendRunStart(ledgerFile: string, start: RunStart): Promise<void> {
  await append(ledgerFile, { kind: "started", ...start });
}

/** Records the end of a run, replacing an end recorded before. @throws StreamctlError `state`, `no-space` */
export async function appendRunEnd(ledgerFile: string, runId: string, record: RunRecord): Promise<void> {
  await append(ledgerFile, { kind: "ended", runId, ...record });
}

/** Safe for concurrent processes: each line is one write to the end of the file, flushed to disk when this returns. */
async function append(path: string, line: object): Promise<void> {
  try {
    await withDiskSpace(path, async () => await appendLine(path, line));
  } catch (error) {
    if (hasCode(error, "no-space")) throw error;
    throw new StreamctlError("state", `Cannot write the ledger "${path}": ${messageOf(error)}`, {
      cause: error,
      hint: "Choose a writable folder: --state-dir DIR",
    });
  }
}

async function appendLine(path: string, line: object): Promise<void> {
  await makeFolder(dirname(path));
  const file = await open(path, "a+");
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1, "\n");
    if (size > 0) await file.read(last, 0, 1, size - 1);
    // Begin a new line after a truncated one, so that only that one is damaged.
    const bytes = Buffer.from(`${last.toString() === "\n" ? "" : "\n"}${JSON.stringify(line)}\n`);
    const { bytesWritten } = await file.write(bytes, 0, bytes.length);
    if (bytesWritten < bytes.length) throw new Error(`${bytesWritten} of ${bytes.length} bytes were written`);
    await file.sync();
    if (size === 0) await syncFolder(dirname(path));
  } finally {
    await file.close();
  }
}

/** Reads the ledger; a missing file is an empty ledger. @throws StreamctlError `state` when the file cannot be read */
export async function readLedger(path: string): Promise<Ledger> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { runs: [], unfinished: [], damagedLines: 0 };
    throw new StreamctlError("state", `Cannot read the ledger "${path}": ${messageOf(error)}`, { cause: error });
  }
  return parseLedger(text);
}

/** As `readLedger`, from the file's text. */
export function parseLedger(text: string): Ledger {
  const started = new Map<string, RunStart>();
  const ended = new Map<string, RunRecord>();
  let damagedLines = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const json = parseJson(line);
    const start = isObject(json) ? runStart(json) : undefined;
    const end = isObject(json) ? runRecord(json) : undefined;
    const runId = stringAt(json, "runId");
    if (runId !== undefined && start) started.set(runId, start);
    else if (runId !== undefined && end) ended.set(runId, end);
    else damagedLines += 1;
  }
  const unfinished = [...started.values()].filter(({ runId }) => !ended.has(runId));
  return { runs: [...ended.values()], unfinished, damagedLines };
}

function runStart(json: JsonObject): RunStart | undefined {
  const runId = stringAt(json, "runId");
  const topicId = stringAt(json, "topicId");
  const topic = stringAt(json, "topic");
  const startedAtMs = numberAt(json, "startedAtMs");
  const pid = numberAt(json, "pid");
  const requested = numberAt(json, "requested") ?? null;
  if (json["kind"] !== "started" || runId === undefined || topicId === undefined || topic === undefined) return undefined;
  return startedAtMs === undefined || pid === undefined ? undefined : { runId, topicId, topic, startedAtMs, requested, pid };
}

function runRecord(json: JsonObject): RunRecord | undefined {
  const texts = [stringAt(json, "topicId"), stringAt(json, "topic"), stringAt(json, "seed")];
  const counts = ["endedAtMs", "accepted", "delivered", "failed", "unresolved"].map((name) => numberAt(json, name));
  const paid = [numberAt(json, "paid", "count"), numberAt(json, "paid", "total")];
  if (json["kind"] !== "ended" || [...texts, ...counts, ...paid].includes(undefined)) return undefined;
  const [topicId = "", topic = "", seed = ""] = texts;
  const [endedAtMs = 0, accepted = 0, delivered = 0, failed = 0, unresolved = 0] = counts;
  const [count = 0, total = 0] = paid;
  const endTopicId = stringAt(json, "endTopicId");
  const changed = endTopicId === undefined ? {} : { endTopicId };
  return { topicId, ...changed, topic, endedAtMs, accepted, delivered, failed, unresolved, paid: { count, total }, seed };
}
