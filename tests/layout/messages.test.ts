/** Checks that no module decides by the text of a message. One module per engine or program turns its messages into facts. */

import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const source = resolve(import.meta.dir, "../../src");

/** The modules that may read messages: their engine or program returns no error codes. */
const classifiers: readonly string[] = [
  "core/java-error.ts",
  "core/program-messages.ts",
  "kafka/client-log.ts",
  "kafka/failure.ts",
  "processors/flink/failure.ts",
  "processors/ksqldb/refusal.ts",
  "stack/docker/engine-errors.ts",
  "stores/pinot/controller-refusal.ts",
  "stores/pinot/query-errors.ts",
];

const text = "message|reason|refusal|detail|why|output|trace|failure|error|errorMessage|stderr";
const look = "includes|startsWith|endsWith|match|search|indexOf";

const patterns: readonly RegExp[] = [
  // message.includes("…"), refusal?.reason.startsWith(…), stringAt(answer, "message")?.includes(…), messageOf(error).match(…)
  new RegExp(String.raw`\b(?:${text})"?\)?(?:\?\.|\.)(?:${look})\(`, "u"),
  new RegExp(String.raw`\bmessageOf\([^()]*\)(?:\?\.|\.)(?:${look})\(`, "u"),
  // /…/u.test(error.message), pattern.test(result.output); `exec` may read the requested output of a program.
  new RegExp(String.raw`\.test\([^()]*\b(?:${text})\b`, "u"),
  /\.exec\([^()]*\b(?:message|reason|refusal|trace)\b/u,
  // message === "…"
  /\b(?:message|reason|detail)\)? [!=]== ["'`]/u,
];

/** The code that decides by a message; undefined if there is none. */
function decidingPart(code: string): string | undefined {
  return patterns.map((pattern) => pattern.exec(code)?.[0]).find((found) => found !== undefined);
}

test("no module decides by a message, except the listed classifiers", async () => {
  const paths = (await readdir(source, { recursive: true })).filter((path) => /\.tsx?$/u.test(path) && !classifiers.includes(path));
  const found = await Promise.all(paths.map(async (path) => ({ path, part: decidingPart(await readFile(join(source, path), "utf8")) })));
  expect(found.filter(({ part }) => part !== undefined)).toEqual([]);
});

test("the patterns match such decisions only, and every listed module exists", async () => {
  const deciding = [
    'error.message.includes("refused")',
    "refusal?.reason.startsWith(silence)",
    'refusal?.includes("Failed to find table")',
    'stringAt(answer.json, "message")?.includes(never)',
    "messageOf(cause).includes(code)",
    "/No space left/u.test(result.output)",
    "position.exec(message)",
    'error.message === "Interrupted"',
  ];
  expect(deciding.filter((code) => decidingPart(code) === undefined)).toEqual([]);
  const innocent = ["names.includes(name)", "error.code === code", "const { message } = error;", "pattern.exec(result.output)"];
  expect(innocent.filter((code) => decidingPart(code) !== undefined)).toEqual([]);
  const paths = await readdir(source, { recursive: true });
  expect(classifiers.filter((path) => !paths.includes(path))).toEqual([]);
});
