/**
 * A processor consists of its folder in `src/processors/`, its declarations and one line in the catalog. No other source names a
 * processor, not even one that all processors share, so that adding one changes no other source.
 */

import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { processorNames, processorOf } from "../../src/processors/catalog.ts";

const root = resolve(import.meta.dir, "../..");

/** Names in commands and in messages; `ksql` is the prefix of older names and of environment variables. */
const names = new RegExp([...processorNames, ...processorNames.map((name) => processorOf(name).label), "ksql"].join("|"), "iu");

/** The folders of the processors, and the catalog. */
const mayName = /^src\/processors\/(?:[^/]+\/|catalog\.ts$)/u;

async function filesThatMatch(pattern: RegExp): Promise<readonly string[]> {
  const entries = await Promise.all(
    ["src", "native"].map(async (folder) => (await readdir(join(root, folder), { recursive: true })).map((path) => join(folder, path))),
  );
  const paths = entries.flat().filter((path) => /\.(?:tsx?|c|h)$/u.test(path) && !mayName.test(path));
  const matches = await Promise.all(
    paths.map(async (path) => pattern.test((await readFile(join(root, path), "utf8")).replaceAll(/sparklines?/giu, ""))),
  );
  return paths.filter((_, index) => matches[index]).toSorted();
}

test("no source but its own folder and the catalog names a processor, not even in a comment", async () => {
  expect(await filesThatMatch(names)).toEqual([]);
});
