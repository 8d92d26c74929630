import { expect, test } from "bun:test";
import { dryRun } from "../../src/data/dry-run.ts";
import { resolveDataRequest, type RawDataOptions } from "../../src/data/request.ts";
import { ContractReader } from "../../src/record/contract-reader.ts";
import { onlyStream } from "../../src/spec/names.ts";

async function lines(raw: RawDataOptions): Promise<string[]> {
  const request = resolveDataRequest({ dryRun: true, seed: "3", startTime: "2026-01-01", ...raw }, { cores: 2, nowMs: 0, randomSeed: 1 });
  let text = "";
  await dryRun(request, async (part) => {
    expect(part.endsWith("\n")).toBe(true);
    text += part;
  });
  return text.split("\n").slice(0, -1);
}

test("dryRun() writes the values in the order of their index, whatever the number of workers", async () => {
  const one = await lines({ count: "2500" });
  const contract = new ContractReader(onlyStream);
  const times = one.map((line) => contract.read(line)[0]);
  expect(times).toEqual(Array.from({ length: 2500 }, (_, index) => Date.UTC(2026, 0, 1) + index * 10));
  expect(await lines({ count: "2500", workers: "3" })).toEqual(one);
});

test("dryRun() writes the values of its shard", async () => {
  const whole = await lines({ count: "23", users: "random" });
  const shard = await lines({ count: "23", users: "random", shard: "2/5" });
  expect(shard).toEqual(whole.filter((_, index) => index % 5 === 1));
});

test("dryRun() waits until the output has room", async () => {
  const request = resolveDataRequest({ dryRun: true, count: "3000" }, { cores: 2, nowMs: 0, randomSeed: 1 });
  const room = Promise.withResolvers<void>();
  let parts = 0;
  const done = dryRun(request, async () => {
    parts += 1;
    await room.promise;
  });
  await Promise.resolve();
  expect(parts).toBe(1);
  room.resolve();
  await done;
  expect(parts).toBe(3);
});

test("dryRun() returns when it is interrupted", async () => {
  const request = resolveDataRequest({ dryRun: true, rate: "10" }, { cores: 2, nowMs: 0, randomSeed: 1 });
  const interruption = new AbortController();
  let made = 0;
  await dryRun(
    request,
    async () => {
      made += 1;
      if (made === 2) interruption.abort();
    },
    interruption.signal,
  );
  expect(made).toBe(2);
});
