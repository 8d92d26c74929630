import { expect, test } from "bun:test";
import { join } from "node:path";
import { SingleRecords } from "../../src/data/single-records.ts";
import { listOffsets } from "../../src/kafka/admin.ts";
import { readLedger } from "../../src/state/ledger-reading.ts";
import { openMockCluster } from "../kafka/mock-cluster.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("SingleRecords sends counted records, each in a window of its own, and enters them in the ledger", async () => {
  using cluster = openMockCluster({ transactions: 3 });
  const ledgerFile = join(await temporaryFolder(), "ledger");
  const place = { brokers: cluster.brokers, topic: "transactions" };
  const records = await SingleRecords.open({ ...place, ledgerFile, seed: 7, startMs: 6000, spacingMs: 3000 });
  expect((await readLedger(ledgerFile)).unfinished).toHaveLength(1);
  const times = Array.from({ length: 20 }, () => records.send());
  expect(await records.end()).toBe(20);
  records.release();
  expect(new Set(times.map((timeMs) => Math.floor(timeMs / 3000))).size).toBe(20);
  const ends = await listOffsets({ ...place, timeoutMs: 10_000 });
  expect(ends.reduce((sum, { high }) => sum + high, 0)).toBe(20);
  const { runs, unfinished } = await readLedger(ledgerFile);
  expect(unfinished).toEqual([]);
  expect(runs).toMatchObject([{ topic: "transactions", accepted: 20, delivered: 20, seed: "7", paid: { count: 20 } }]);
});
