/** One contract for access to a service's data, in a local folder and in a container. */

import { describe, expect, test } from "bun:test";
import { mkdir, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runCommand } from "../../src/core/process.ts";
import { containerData } from "../../src/stack/docker/data.ts";
import { localData } from "../../src/stack/local/data.ts";
import type { ServiceData } from "../../src/stack/runtime.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A FAKE container whose /data is a local folder: commands run locally, with that path in place of /data. */
function fakeContainer(root: string): ServiceData {
  return containerData(async (args) => {
    const [program = "", ...rest] = args.map((word) => word.replace(/^\/data(?=\/|$)/u, root));
    const { exitCode, output } = await runCommand({ program, args: rest });
    if (exitCode !== 0) throw new Error(output);
    return output;
  });
}

for (const [name, open] of [
  ["localData()", localData],
  ["containerData()", fakeContainer],
] as const) {
  describe(name, () => {
    const atMs = Date.parse("2026-01-02T03:04:05Z");

    const filled = async (): Promise<{ readonly root: string; readonly data: ServiceData }> => {
      const root = await temporaryFolder();
      for (const path of [
        "checkpoints/a.b.c/job/chk-1/_metadata",
        "checkpoints/a.b.c/job/chk-2/state",
        "checkpoints/d e/job/chk-3/_metadata",
      ]) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), "");
        await utimes(join(root, path), atMs / 1000, atMs / 1000);
      }
      return { root, data: open(root) };
    };

    test("lists a folder, and nothing when it does not exist", async () => {
      const { data } = await filled();
      expect((await data.list("checkpoints")).toSorted()).toEqual(["a.b.c", "d e"]);
      expect(await data.list("savepoints")).toEqual([]);
    });

    test("finds files by name with their modification time, and nothing when the folder does not exist", async () => {
      const { data } = await filled();
      const found = await data.find("checkpoints", "_metadata");
      expect(found.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
        { path: "a.b.c/job/chk-1/_metadata", modifiedAtMs: atMs },
        { path: "d e/job/chk-3/_metadata", modifiedAtMs: atMs },
      ]);
      expect(await data.find("savepoints", "_metadata")).toEqual([]);
    });

    test("reads a file, and nothing when it does not exist", async () => {
      const { root, data } = await filled();
      await writeFile(join(root, "meta.properties"), "version=1\ncluster.id=x");
      expect(await data.read("meta.properties")).toBe("version=1\ncluster.id=x");
      expect(await data.read("nowhere/meta.properties")).toBeUndefined();
    });

    test("removes the given paths, with any name, and nothing else", async () => {
      const { root, data } = await filled();
      await data.remove(["checkpoints/d e", "checkpoints/was-never-there"]);
      await data.remove([]);
      expect(await data.list("checkpoints")).toEqual(["a.b.c"]);
      expect((await stat(root)).isDirectory()).toBe(true);
    });
  });
}
