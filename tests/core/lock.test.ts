import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readHolder, withLock } from "../../src/core/lock.ts";
import { identifyProcess, type ProcessIdentity, runCommand } from "../../src/core/process.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function self(): Promise<ProcessIdentity> {
  const identity = await identifyProcess(process.pid);
  if (!identity) throw new Error("no /proc");
  return identity;
}

const quick = { timeoutMs: 1000, onWait: () => expect.unreachable() };

describe("withLock()", () => {
  test("runs one at a time, and reports a wait once", async () => {
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

  test("takes over the lock of a dead process, even when its pid was reused", async () => {
    const dir = await temporaryFolder();
    const path = join(dir, "lock");
    const { pid, bootId } = await self();
    await mkdir(path);
    await writeFile(join(path, `${pid}.1.${bootId}.0a1b2c3d`), "");
    expect(await withLock(path, quick, async () => "in")).toBe("in");
    expect(existsSync(dir)).toBe(false);
  });

  test("takes over the lock file of an earlier version, unless its holder is alive", async () => {
    const path = join(await temporaryFolder(), "lock");
    await writeFile(path, JSON.stringify(await self()));
    const options = { timeoutMs: 50, onWait: () => {} };
    const failure: unknown = await withLock(path, options, async () => "in").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "locked", message: expect.stringContaining(`process ${process.pid} still holds the lock`) });
    for (const text of [JSON.stringify({ ...(await self()), startTicks: 1 }), "", "null"]) {
      await mkdir(join(path, ".."), { recursive: true });
      await Bun.write(path, text);
      expect(await withLock(path, quick, async () => "in")).toBe("in");
    }
  });

  test("removes the drafts of processes that were killed while they took the lock, and not those of live processes", async () => {
    const dir = await temporaryFolder();
    const { pid, startTicks, bootId } = await self();
    const [gone, alive] = [`lock.${pid}.1.${bootId}.0a1b2c3d`, `lock.${pid}.${startTicks}.${bootId}.0a1b2c3d`];
    for (const draft of [gone, alive, "lock.txt"]) await mkdir(join(dir, draft));
    await withLock(join(dir, "lock"), quick, async () => {});
    expect((await readdir(dir)).toSorted()).toEqual([alive, "lock.txt"]);
  });

  test("passes from holder to holder although each one removes the empty folder", async () => {
    const path = join(await temporaryFolder(), "folder", "lock");
    const held = Array.from({ length: 30 }, (_, index) =>
      withLock(path, { timeoutMs: 20_000, onWait: () => {} }, async () => await Promise.resolve(index)),
    );
    expect(await Promise.all(held)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  test("runs one of three processes at a time, each of which finds a dead holder", async () => {
    const path = join(await temporaryFolder(), "folder", "lock");
    const contender = { program: process.execPath, args: [resolve(import.meta.dir, "lock-worker.ts"), path, "300"] };
    const ended = await Promise.all([contender, contender, contender].map(async (command) => await runCommand(command)));
    expect(ended).toEqual(Array.from({ length: 3 }, () => ({ exitCode: 0, output: "" })));
  });

  test("fails at its deadline and names the holder", async () => {
    const path = join(await temporaryFolder(), "lock");
    const options = { timeoutMs: 50, onWait: () => {} };
    await withLock(path, options, async () => {
      const failure: unknown = await withLock(path, options, async () => "in").catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "locked", message: expect.stringContaining(`process ${process.pid} still holds the lock`) });
    });
  });
});
