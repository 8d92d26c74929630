/**
 * The words of the embedded pipeline stand in its value. What else says one of them has to be changed before a pipeline can be
 * another value: the list below is what is left, and may only shrink.
 */

import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { transactions } from "../../src/spec/transactions.ts";

const source = resolve(import.meta.dir, "../../src");

/** Files that may say them: the value itself, and the generator, which writes this one stream only. */
const home = /^(?:spec\/transactions|data\/(?:generator|record-pieces|realistic|users))\.ts$/u;

/** Files that still say them, with the words that each of them says. */
const left: Readonly<Record<string, readonly string[]>> = {
  // The documents of `data` and `verify`, and the ledger, call the measure of what was delivered `paid`.
  "cli/render/verify-document.ts": ["paid", "paidRecords", "paidTotal"],
  "data/narration.ts": ["Paid", "paid"],
  "data/run-board.ts": ["paidCount", "paidTotal"],
  "data/run.ts": ["paid"],
  "data/summary.ts": ["Paid", "paid", "paidCount", "paidTotal"],
  "pipeline/verdict.ts": ["paid"],
  "state/ledger.ts": ["paid"],
  "state/run-record.ts": ["Paid", "paid"],
  // The statements of ksqlDB are written by hand, and name the stream between the topics.
  "processors/ksqldb/chain.ts": ["paidTransactionsTopic"],
  "processors/ksqldb/declarations.ts": ["paid", "paidTransactionsTopic"],
  "processors/ksqldb/definition.ts": ["TOTAL_PAID"],
  "processors/ksqldb/naming.ts": ["paid_transactions"],
  "processors/ksqldb/processor.ts": ["paidTransactionsTopic"],
  // Another word: the user of the operating system.
  "kafka/addon.ts": ["userId"],
};

const [stream] = transactions.streams;
const [window] = transactions.windows;

const names: readonly string[] = [
  // `status` is a word of every room.
  ...stream.fields.map(({ name }) => name).filter((name) => name !== "status"),
  ...[window.name, window.topic.name].flatMap((name) => [name, name.toUpperCase()]),
  ...window.columns.map(({ name }) => name),
];
const words = [...names, ...names.map(camelCase), ...stream.fields[4].contract.values];
/** What counts in the window, also as the beginning of a longer name. */
const counted = window.where[0].values.map((value) => value.toLowerCase());
const word = new RegExp(
  String.raw`\b(?:${words.join("|")}|(?:${counted.join("|")})\w*)\b|\b[Ww]indow\w*\W{1,4}(?:${window.span.sizeMs}|3_000)\b`,
  "gu",
);

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_(?<letter>[a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

test("words of the embedded pipeline stand in its value, in the generator and in what is listed", async () => {
  const paths = (await readdir(source, { recursive: true })).filter((path) => path.endsWith(".ts") && !home.test(path)).toSorted();
  const found: Record<string, readonly string[]> = {};
  for (const path of paths) {
    const said = [...(await readFile(join(source, path), "utf8")).matchAll(word)].map(([text]) => text);
    if (said.length > 0) found[path] = [...new Set(said)].toSorted();
  }
  expect(found).toEqual({ ...left });
});

test("the pattern finds fields, columns, names, statuses and the size of windows, and no other words", () => {
  const found = (text: string): readonly string[] => [...text.matchAll(word)].map(([match]) => match);
  expect(found("TOTAL_PAID totalTransactions transaction_id transaction_window Paid Refused paidTotal")).toHaveLength(7);
  expect(found("const windowSizeMs = 3000; windows of 3_000")).toEqual(["windowSizeMs = 3000"]);
  expect(found("const lostTableMs = 3000; of Kafka's transactions, the connection was refused, repaid")).toEqual([]);
});
