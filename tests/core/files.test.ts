import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readHolder, withLock, writeAtomically } from "../../src/core/files.ts";
import { identifyProcess } from "../../src/core/process.ts";
import { temporaryFolder } from "../temporary-folder.ts";

describe("withLock()", () => {
  test("lets one in at a time and says once that it waits", async () => {
    const path = join(await temporaryFolder(), "lock");
    const events: string[] = [];
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { promise: waiting, resolve: wait } = Promise.withResolvers<void>();
    const options = {
      timeoutMs: 5000,
      onWait: (pid: number) => {
        events.push(`wait for ${pid === process.pid ? "self" : "other"}`);
        wait();
      },
    };
    const first = withLock(path, options, async () => {
      events.push("first in");
      enter();
      await waiting;
      events.push("first out");
    });
    await entered;
    const second = withLock(path, options, async () => void events.push("second in"));
    await Promise.all([first, second]);
    expect(events).toEqual(["first in", "wait for self", "first out", "second in"]);
    expect(await readHolder(path)).toBeUndefined();
  });

  test("takes over the lock of a process that is gone, even where its pid lives again", async () => {
    const dir = await temporaryFolder();
    const path = join(dir, "lock");
    const self = await identifyProcess(process.pid);
    await writeFile(path, JSON.stringify({ ...self, startTicks: 1 }));
    const options = { timeoutMs: 1000, onWait: () => expect.unreachable() };
    expect(await withLock(path, options, async () => "in")).toBe("in");
    expect(existsSync(dir)).toBe(false);
  });

  test("goes from hand to hand although each holder takes the empty folder away", async () => {
    const path = join(await temporaryFolder(), "folder", "lock");
    const held = Array.from({ length: 30 }, (_, index) =>
      withLock(path, { timeoutMs: 20_000, onWait: () => {} }, async () => await Promise.resolve(index)),
    );
    expect(await Promise.all(held)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  test("gives up at its deadline, naming the holder", async () => {
    const path = join(await temporaryFolder(), "lock");
    const options = { timeoutMs: 50, onWait: () => {} };
    await withLock(path, options, async () => {
      const failure: unknown = await withLock(path, options, async () => "in").catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "locked", message: expect.stringContaining(`process ${process.pid} still holds it`) });
    });
  });
});

describe("writeAtomically()", () => {
  test("leaves the file and nothing beside it", async () => {
    const dir = await temporaryFolder();
    await writeAtomically(join(dir, "a", "file"), "text");
    await writeAtomically(join(dir, "a", "file"), "newer");
    expect(await readdir(join(dir, "a"))).toEqual(["file"]);
  });
});
