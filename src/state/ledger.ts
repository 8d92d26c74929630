/**
 * The ledger of all runs of `data`; `verify` compares the topic with it. A run appends one JSON line when it begins and one when it ends; a
 * later end of the same run replaces an earlier one. A killed run leaves only its first line: the topic may then contain more records than
 * the ledger.
 */

import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { withDiskSpace } from "../core/disk.ts";
import { hasCode, messageOf, StreamctlError } from "../core/errors.ts";
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
    // Begin a new line after a truncated one, so that no other line is damaged.
    const bytes = Buffer.from(`${last.toString() === "\n" ? "" : "\n"}${JSON.stringify(line)}\n`);
    const { bytesWritten } = await file.write(bytes, 0, bytes.length);
    if (bytesWritten < bytes.length) throw new Error(`${bytesWritten} of ${bytes.length} bytes were written`);
    await file.sync();
    if (size === 0) await syncFolder(dirname(path));
  } finally {
    await file.close();
  }
}
