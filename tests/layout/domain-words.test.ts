/**
 * Names of the embedded pipeline belong in its value. Every other file that uses one must change before streamctl can run another
 * pipeline. The list below names the remaining files; it may only shrink.
 */

import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { transactions } from "../../src/spec/transactions.ts";

const source = resolve(import.meta.dir, "../../src");

/** Files that may use these names: the pipeline value, and the generator, which supports only this stream. */
const home = /^(?:spec\/transactions|data\/(?:generator|record-pieces|realistic|users))\.ts$/u;

/** Files that still use these names, with the names that each one uses. */
const remaining: Readonly<Record<string, readonly string[]>> = {
  // The results of `data` and `verify` and the ledger have fields named `paid`.
  "cli/render/verify-document.ts": ["paid", "paidRecords", "paidTotal"],
  "data/render.ts": ["Paid", "paid"],
  "data/shared-counters.ts": ["paidCount", "paidTotal"],
  "data/run.ts": ["paid"],
  "data/summary.ts": ["Paid", "paid", "paidCount", "paidTotal"],
  "pipeline/verdict.ts": ["paid"],
  "state/ledger-reading.ts": ["paid"],
  "state/run-record.ts": ["Paid", "paid"],
  // The ksqlDB statements are written by hand and name the intermediate stream.
  "processors/ksqldb/computation.ts": ["paidTransactionsTopic"],
  "processors/ksqldb/declarations.ts": ["paidTransactionsTopic"],
  "processors/ksqldb/definition.ts": ["TOTAL_PAID"],
  "processors/ksqldb/naming.ts": ["paid_transactions"],
  "processors/ksqldb/processor.ts": ["paidTransactionsTopic"],
  // A different meaning: the user of the operating system.
  "kafka/addon.ts": ["userId"],
};

const [stream] = transactions.streams;
const [window] = transactions.windows;

const names: readonly string[] = [
  // `status` is used in every room.
  ...stream.fields.map(({ name }) => name).filter((name) => name !== "status"),
  ...[window.name, window.topic.name].flatMap((name) => [name, name.toUpperCase()]),
  ...window.columns.map(({ name }) => name),
];
const words = [...names, ...names.map(camelCase), ...stream.fields[4].contract.values];
/** Values that the window counts, also as the prefix of a longer name. */
const counted = window.where[0].values.map((value) => value.toLowerCase());
const word = new RegExp(
  String.raw`\b(?:${words.join("|")}|(?:${counted.join("|")})\w*)\b|\b[Ww]indow\w*\W{1,4}(?:${window.span.sizeMs}|3_000)\b`,
  "gu",
);

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_(?<letter>[a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

test("only the pipeline value, the generator and the listed files use names of the embedded pipeline", async () => {
  const paths = (await readdir(source, { recursive: true })).filter((path) => /\.tsx?$/u.test(path) && !home.test(path)).toSorted();
  const found: Record<string, readonly string[]> = {};
  for (const path of paths) {
    const used = [...(await readFile(join(source, path), "utf8")).matchAll(word)].map(([text]) => text);
    if (used.length > 0) found[path] = [...new Set(used)].toSorted();
  }
  expect(found).toEqual({ ...remaining });
});

test("the pattern matches fields, columns, names, statuses and the window size, and nothing else", () => {
  const found = (text: string): readonly string[] => [...text.matchAll(word)].map(([match]) => match);
  expect(found("TOTAL_PAID totalTransactions transaction_id transaction_window Paid Refused paidTotal")).toHaveLength(7);
  expect(found("const windowSizeMs = 3000; windows of 3_000")).toEqual(["windowSizeMs = 3000"]);
  expect(found("const lostTableMs = 3000; of Kafka's transactions, the connection was refused, repaid")).toEqual([]);
});
