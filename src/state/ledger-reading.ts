import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { parseJson } from "../core/json.ts";
import type { RunStart } from "./ledger.ts";
import type { RunRecord } from "./run-record.ts";
import type { Schemas } from "./schemas.ts";

export interface Ledger {
  /** Finished runs, in the order in which they ended. */
  readonly runs: readonly RunRecord[];
  /** Runs without an end: still running, or killed. The number of messages that they sent is unknown. */
  readonly unfinished: readonly RunStart[];
  /** Lines that cannot be parsed, such as one truncated by a full disk or a power failure. */
  readonly damagedLines: number;
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

const startedLine = {
  kind: v.literal("started"),
  runId: v.string(),
  topicId: v.string(),
  topic: v.string(),
  startedAtMs: v.number(),
  requested: v.fallback(v.nullable(v.number()), null),
  pid: v.number(),
} satisfies Schemas<RunStart & { kind: unknown }>;

const endedLine = {
  kind: v.literal("ended"),
  runId: v.string(),
  topicId: v.string(),
  endTopicId: v.exactOptional(v.string()),
  topic: v.string(),
  endedAtMs: v.number(),
  accepted: v.number(),
  delivered: v.number(),
  failed: v.number(),
  unresolved: v.number(),
  paid: v.object({ count: v.number(), total: v.number() }),
  seed: v.string(),
} satisfies Schemas<RunRecord & { kind: unknown; runId: unknown }>;

const ledgerLine = v.variant("kind", [v.object(startedLine), v.object(endedLine)]);

/** As `readLedger`, from the file's text. */
export function parseLedger(text: string): Ledger {
  const started = new Map<string, RunStart>();
  const ended = new Map<string, RunRecord>();
  let damagedLines = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const { success, output } = v.safeParse(ledgerLine, parseJson(line));
    if (!success) damagedLines += 1;
    else if (output.kind === "started") {
      const { kind: _, ...start } = output;
      started.set(start.runId, start);
    } else {
      const { kind: _, runId, ...end } = output;
      ended.set(runId, end);
    }
  }
  const unfinished = [...started.values()].filter(({ runId }) => !ended.has(runId));
  return { runs: [...ended.values()], unfinished, damagedLines };
}
