import { expect, spyOn, test } from "bun:test";
import { appendFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Follower, readTail } from "../../src/core/tail.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("readTail() returns the last lines of a file, with or without a final line end", async () => {
  const path = join(await temporaryFolder(), "log");
  await writeFile(path, "one\ntwo\nthree\n");
  expect(await readTail(path, 2)).toEqual({ lines: ["two", "three"], position: 14 });
  expect(await readTail(path, 9)).toEqual({ lines: ["one", "two", "three"], position: 14 });
  expect(await readTail(path, 0)).toEqual({ lines: [], position: 14 });
  await appendFile(path, "fo");
  expect(await readTail(path, 2)).toEqual({ lines: ["three", "fo"], position: 16 });
});

test("readTail() reads a long file from its end, with lines of any length", async () => {
  const path = join(await temporaryFolder(), "log");
  const lines = Array.from({ length: 20_000 }, (_, index) => `${index} ${"ä".repeat(index % 50)}`);
  await writeFile(path, `${lines.join("\n")}\n`);
  expect((await readTail(path, 5000))?.lines).toEqual(lines.slice(-5000));
});

test("readTail() takes time linear in what it reads", async () => {
  const path = join(await temporaryFolder(), "log");
  const line = "x".repeat(59);
  await writeFile(path, `${line}\n`.repeat(500_000));
  const tail = await readTail(path, 500_000);
  expect([tail?.lines.length, tail?.lines[0], tail?.lines.at(-1)]).toEqual([500_000, line, line]);
});

test("readTail() is undefined for a missing file", async () => {
  expect(await readTail(join(await temporaryFolder(), "log"), 1)).toBeUndefined();
});

test("Follower returns complete lines as they arrive, never splits a character, and starts over with a new file", async () => {
  const path = join(await temporaryFolder(), "log");
  const follower = new Follower(path, 0);
  const look = async (): Promise<readonly string[]> => await Array.fromAsync(follower.readNew());
  expect(await look()).toEqual([]);
  const bytes = new TextEncoder().encode("größe\nzw");
  await writeFile(path, bytes.subarray(0, 3));
  expect(await look()).toEqual([]);
  await appendFile(path, bytes.subarray(3));
  expect(await look()).toEqual(["größe"]);
  await appendFile(path, "ei\n");
  expect(await look()).toEqual(["zwei"]);
  await truncate(path, 0);
  await appendFile(path, "neu\n");
  expect(await look()).toEqual(["neu"]);
});

test("Follower reads no further than its consumer, which may stop within a chunk", async () => {
  const path = join(await temporaryFolder(), "log");
  await writeFile(path, `${"x".repeat(99)}\n`.repeat(20_000));
  const follower = new Follower(path, 0);
  const reads = spyOn(Buffer, "alloc");
  for await (const line of follower.readNew()) {
    expect(line).toHaveLength(99);
    break;
  }
  expect(reads).toHaveBeenCalledTimes(1);
  reads.mockRestore();
});

test("Follower returns an endless line in pieces", async () => {
  const path = join(await temporaryFolder(), "log");
  await writeFile(path, "x".repeat(3_000_000));
  const lengths = (await Array.fromAsync(new Follower(path, 0).readNew())).map((line) => line.length);
  expect(lengths).toEqual([1_048_576, 1_048_576]);
});
