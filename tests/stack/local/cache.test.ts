import { describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLog } from "../../../src/core/log.ts";
import { type CacheContext, type CacheEntry, fillCache, isCached } from "../../../src/stack/local/cache.ts";
import { failureOf } from "../../processors/failure.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

interface Opened extends CacheContext {
  readonly said: string[];
}

async function open(): Promise<Opened> {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message.replace(/in \d+\.\d s/u, "in … s"));
  return { cacheDir: await temporaryFolder(), said, log: { ...silentLog, info: say, warn: say, success: say } };
}

/** An entry with two files that counts how often it was filled. */
function entryOf(path: string): { readonly entry: CacheEntry; readonly filled: () => number } {
  let count = 0;
  const fill = async (draft: string): Promise<void> => {
    count += 1;
    await mkdir(join(draft, "lib"));
    await writeFile(join(draft, "lib", "one.jar"), "one");
    await writeFile(join(draft, "two.jar"), String(count));
  };
  return { entry: { path, label: "Tiny 1", diskBytes: 1000, fill }, filled: () => count };
}

describe("fillCache()", () => {
  test("fills a missing entry once", async () => {
    const context = await open();
    const { entry, filled } = entryOf("engines/tiny-1");
    expect(await isCached(context.cacheDir, entry.path)).toBe(false);
    await fillCache([entry], context);
    await fillCache([entry], context);
    expect([filled(), await isCached(context.cacheDir, entry.path)]).toEqual([1, true]);
    expect(await readFile(join(context.cacheDir, "engines/tiny-1/lib/one.jar"), "utf8")).toBe("one");
    expect(context.said).toEqual(["Tiny 1 resolved in … s"]);
  });

  test("fills an incomplete entry again", async () => {
    const context = await open();
    const { entry, filled } = entryOf("engines/tiny-1");
    await fillCache([entry], context);
    await rm(join(context.cacheDir, "engines/tiny-1/lib/one.jar"));
    expect(await isCached(context.cacheDir, entry.path)).toBe(false);
    await fillCache([entry], context);
    await writeFile(join(context.cacheDir, "engines/tiny-1/manifest.json"), '{"lib/one');
    await fillCache([entry], context);
    expect(filled()).toBe(3);
    expect(context.said.filter((line) => line.includes("incomplete"))).toEqual([
      "Tiny 1 in the cache is incomplete (one.jar is missing or damaged): downloading it again",
      "Tiny 1 in the cache is incomplete (manifest.json is missing or damaged): downloading it again",
    ]);
  });

  test("leaves no entry when filling fails, and removes the drafts of killed processes", async () => {
    const context = await open();
    await mkdir(join(context.cacheDir, ".draft-other-1"), { recursive: true });
    const fill = async (draft: string): Promise<void> => {
      await writeFile(join(draft, "half.jar"), "");
      throw new Error("no network");
    };
    const failing = { path: "engines/tiny-1", label: "Tiny 1", diskBytes: 1000, fill };
    expect(await failureOf(fillCache([failing], context))).toEqual(new Error("no network"));
    // The lock is removed last, with the empty folder.
    expect(await readdir(context.cacheDir).catch(() => [])).toEqual([]);
  });

  test("says how much space is needed when there is less", async () => {
    const context = await open();
    const { entry, filled } = entryOf("engines/tiny-1");
    expect(await failureOf(fillCache([{ ...entry, diskBytes: 1e18 }], context))).toMatchObject({
      code: "no-space",
      message: `Not enough space on the disk of the cache "${context.cacheDir}": 1000000000000 MB are needed`,
    });
    expect(filled()).toBe(0);
  });
});
