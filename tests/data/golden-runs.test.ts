import { describe, expect, test } from "bun:test";
import { dryRun } from "../../src/data/dry-run.ts";
import { TransactionGenerator } from "../../src/data/generator.ts";
import { realisticUsers } from "../../src/data/realistic.ts";
import { resolveDataRequest, type DataRequest } from "../../src/data/request.ts";
import { workerShare, type Share } from "../../src/data/shares.ts";
import { goldenRuns, sha256, topicHash, type GoldenRun } from "./golden-runs.ts";

function request(run: GoldenRun, more: { readonly shard?: string } = {}): DataRequest {
  return resolveDataRequest({ ...run.options, ...more }, { cores: 1, nowMs: 0, randomSeed: 0 });
}

/** The messages that one worker produces. */
function packed({ seed, users, eventTime }: DataRequest, share: Share): string[] {
  const realistic = users === "random" ? realisticUsers(seed) : null;
  const generator = new TransactionGenerator({ seed, eventTime, nowMs: () => 0, capacity: 400, realistic });
  const records: string[] = [];
  for (let made = 0; made < (share.count ?? 0);) {
    const { count, bytes, offsets } = generator.fill(
      share.first + made * share.stride,
      share.stride,
      Math.min(400, (share.count ?? 0) - made),
    );
    const text = (place: number): string => new TextDecoder().decode(bytes.subarray(offsets[place], offsets[place + 1]));
    for (let n = 0; n < count; n += 1) records.push(`${text(2 * n)}=${text(2 * n + 1)}`);
    made += count;
  }
  return records;
}

function byWorkers(of: DataRequest, workers: number): string[] {
  return Array.from({ length: workers }, (_, worker) => packed(of, workerShare(of.share, worker, workers))).flat();
}

describe.each(goldenRuns)("a run of $what", (run) => {
  test("has the same bytes in a dry run", async () => {
    let text = "";
    await dryRun(request(run), async (part) => void (text += part));
    expect(sha256(text)).toBe(run.dryRun);
  });

  test.each([1, 2, 5])("has the same keys and values with %d workers", (workers) => {
    expect(topicHash(byWorkers(request(run), workers))).toBe(run.topic);
  });

  test("has the same keys and values with five shards of two workers each", () => {
    const shards = [1, 2, 3, 4, 5].flatMap((number) => byWorkers(request(run, { shard: `${number}/5` }), 2));
    expect(topicHash(shards)).toBe(run.topic);
  });
});
