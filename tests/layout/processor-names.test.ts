/**
 * A processor is its folder in `src/processors/`, its declarations and one line of the catalog. No other source says which processors there
 * are: a new one must not have to change it.
 */

import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { processorNames, processorOf } from "../../src/processors/catalog.ts";

const root = resolve(import.meta.dir, "../..");

/** Files that say one of them, and why they have to. The list may only shrink. */
const left: Readonly<Record<string, string>> = {
  "src/core/environment.ts": "variables of engines' own start scripts, which no service of ours may inherit",
  "src/state/run-state-versions.ts": "what a version before the catalog called the source of its one processor",
};

/** Names as commands take them and as people write them; `ksql` alone is what its older name and its variables begin with. */
const names = new RegExp([...processorNames, ...processorNames.map((name) => processorOf(name).label), "ksql"].join("|"), "iu");

async function filesThatSay(pattern: RegExp): Promise<readonly string[]> {
  const entries = await Promise.all(
    ["src", "native"].map(async (folder) => (await readdir(join(root, folder), { recursive: true })).map((path) => join(folder, path))),
  );
  const paths = entries.flat().filter((path) => /\.(?:ts|c|h)$/u.test(path) && !path.startsWith("src/processors/"));
  const said = await Promise.all(paths.map(async (path) => pattern.test(await readFile(join(root, path), "utf8"))));
  return paths.filter((_, index) => said[index]).toSorted();
}

test("no source outside of the processors' room names one of them, comments included", async () => {
  expect(await filesThatSay(names)).toEqual(Object.keys(left).toSorted());
});

test("the processors' room imports neither its siblings nor, from one processor, another", async () => {
  const folders = processorNames;
  const entries = await readdir(join(root, "src/processors"), { recursive: true });
  const wrong: string[] = [];
  for (const path of entries.filter((entry) => entry.endsWith(".ts") && entry.includes("/"))) {
    const text = await readFile(join(root, "src/processors", path), "utf8");
    const others = folders.filter((folder) => !path.startsWith(`${folder}/`));
    if (others.some((other) => text.includes(`from "../${other}/`) || text.includes(`import("../${other}/`))) wrong.push(path);
  }
  expect(wrong).toEqual([]);
});
