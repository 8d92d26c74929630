import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder, writeAtomically, writeDurably } from "../../src/core/files.ts";
import { pause } from "../../src/core/wait.ts";
import { temporaryFolder } from "../temporary-folder.ts";

for (const write of [writeAtomically, writeDurably]) {
  test(`${write.name}() leaves the file and no draft`, async () => {
    const dir = await temporaryFolder();
    await write(join(dir, "a", "b", "file"), "text");
    await write(join(dir, "a", "b", "file"), "newer");
    expect(await readdir(join(dir, "a", "b"))).toEqual(["file"]);
    expect(await readFile(join(dir, "a", "b", "file"), "utf8")).toBe("newer");
  });

  test(`${write.name}() leaves no draft when it fails`, async () => {
    const dir = await temporaryFolder();
    await makeFolder(join(dir, "file", "inside"));
    expect(await write(join(dir, "file"), "text").catch((error: unknown) => error)).toMatchObject({ code: "EISDIR" });
    expect(await readdir(dir)).toEqual(["file"]);
  });
}

describe("writeDurably()", () => {
  test("leaves a complete text when it is killed at any instant, and the next write removes the draft", async () => {
    const path = join(await temporaryFolder(), "file");
    let drafts = 0;
    for (let kill = 0; kill < 20; kill += 1) {
      const writer = spawn(process.execPath, [resolve(import.meta.dir, "writing-worker.ts"), path], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      const ended = once(writer, "exit");
      await once(writer.stderr, "data");
      await pause(Math.random() * 5);
      writer.kill("SIGKILL");
      await ended;
      expect(await readFile(path, "utf8")).toMatch(/^([a-z])\1{99999}$/u);
      drafts += (await readdir(join(path, ".."))).length - 1;
      await writeDurably(path, "text");
      expect(await readdir(join(path, ".."))).toEqual(["file"]);
    }
    expect(drafts).toBeGreaterThan(0); // Otherwise no kill happened during a write.
  });
});
