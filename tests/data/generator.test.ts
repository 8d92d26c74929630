import { createHash } from "node:crypto";
import { expect, test } from "bun:test";
import type { EventTime } from "../../src/data/event-time.ts";
import { TransactionGenerator } from "../../src/data/generator.ts";
import { realisticUsers } from "../../src/data/realistic.ts";
import { shardShare, workerShare, type Share } from "../../src/data/shares.ts";
import { formatEventTimestamp } from "../../src/record/event-timestamp.ts";
import { ContractReader } from "../../src/record/contract-reader.ts";
import { onlyStream, onlyWindow } from "../../src/spec/names.ts";
import { WindowFold } from "../../src/record/window-fold.ts";
import { fixedUsers } from "../../src/data/users.ts";

const simulated: EventTime = { kind: "simulated", startMs: Date.UTC(2026, 0, 1), spacingUs: 10_000 };
const decoder = new TextDecoder();

interface Options {
  readonly seed?: number;
  readonly users?: "fixed" | "random";
  readonly eventTime?: EventTime;
  readonly capacity?: number;
  readonly nowMs?: () => number;
}

function generator({
  seed = 1,
  users = "fixed",
  eventTime = simulated,
  capacity = 100,
  nowMs = () => 0,
}: Options = {}): TransactionGenerator {
  return new TransactionGenerator({ seed, eventTime, capacity, nowMs, realistic: users === "random" ? realisticUsers(seed) : null });
}

/** Key and value of every record of a share, in the order of generation. */
function records(share: Share, options: Options = {}): string[] {
  const made = generator(options);
  const lines: string[] = [];
  for (let done = 0; done < (share.count ?? 0);) {
    const batch = made.fill(share.first + done * share.stride, share.stride, Math.min(made.capacity, (share.count ?? 0) - done));
    for (let n = 0; n < batch.count; n += 1) {
      const [start, value, end] = batch.offsets.subarray(n * 2, n * 2 + 3);
      lines.push(`${decoder.decode(batch.bytes.subarray(start, value))}=${decoder.decode(batch.bytes.subarray(value, end))}`);
    }
    done += batch.count;
  }
  return lines;
}

const contract = new ContractReader(onlyStream);

function valueOf(line: string) {
  const value = line.slice(line.indexOf("=") + 1);
  const record = contract.readWritten(value);
  if (record === undefined) throw new Error(`${String(contract.read(value))}: ${line}`);
  expect(contract.read(value)).toEqual(record);
  const [eventTimeMs, transactionId, userId, totalPaid, status] = record;
  return {
    eventTimeMs: Number(eventTimeMs),
    transactionId: Number(transactionId),
    userId: String(userId),
    totalPaid: Number(totalPaid),
    status,
  };
}

const whole = (count: number): Share => ({ first: 0, stride: 1, count });
const sha256 = (lines: readonly string[]): string => createHash("sha256").update(lines.join("\n")).digest("hex");

test("TransactionGenerator generates the same bytes for the same seed in every version", () => {
  expect(records(whole(2))).toMatchInlineSnapshot(`
    [
      "4038ac85-0882-4467-8142-6ff3085fc17a={"event_timestamp":"2026-01-01 00:00:00.000","transaction_id":44624,"user_id":"4038ac85-0882-4467-8142-6ff3085fc17a","total_paid":40,"status":"Paid"}",
      "1c86ce27-24b5-47dd-948b-7747c5007a0b={"event_timestamp":"2026-01-01 00:00:00.010","transaction_id":415955,"user_id":"1c86ce27-24b5-47dd-948b-7747c5007a0b","total_paid":10,"status":"Paid"}",
    ]
  `);
  expect(sha256(records(whole(10_000)))).toMatchInlineSnapshot(`"105872cbc2d9b2b532398b05bd37816bdad73185353c2bc72309260fa0739344"`);
  expect(sha256(records(whole(10_000), { seed: Number.MAX_SAFE_INTEGER }))).toMatchInlineSnapshot(
    `"6618bcb3f567d52802e3217c2b50dddfd325084a9b06e427a2556c6d0f8fa1e7"`,
  );
  expect(sha256(records(whole(1000), { users: "random" }))).toMatchInlineSnapshot(
    `"43f19a0fa5c7a3e9104fc0dd48a0a11cea580cc76fd316807b22f03653d03b8d"`,
  );
  expect(sha256(records({ first: 2 ** 32 - 50, stride: 1, count: 100 }))).toMatchInlineSnapshot(
    `"6fa4ad976d22f8befe380f899af00fbec9665a7974a356f6f30030441593edfa"`,
  );
});

test.each(["fixed", "random"] as const)("TransactionGenerator generates transactions that the contract accepts (%s users)", (users) => {
  const lines = records(whole(2000), { users });
  for (const [index, line] of lines.entries()) {
    const transaction = valueOf(line);
    expect(line.slice(0, line.indexOf("="))).toBe(transaction.userId);
    expect(transaction.eventTimeMs).toBe(Date.UTC(2026, 0, 1) + index * 10);
    if (users === "fixed") expect(transaction.totalPaid).toBe(fixedUsers[Number(transaction.userId[0])]?.totalPaid ?? -1);
    else expect(transaction.totalPaid >= 20 && transaction.totalPaid <= 500).toBe(true);
  }
});

test("TransactionGenerator sets the weight of a message to its amount, and of a Refused one to 0", () => {
  const batch = generator().fill(0, 1, 100);
  const weights = records(whole(100)).map(valueOf);
  expect([...batch.weights.subarray(0, 100)]).toEqual(weights.map(({ status, totalPaid }) => (status === "Paid" ? totalPaid : 0)));
});

test("TransactionGenerator sets weights that add up to the first sum of the window", () => {
  const fold = new WindowFold(onlyWindow, onlyStream);
  const counted = records(whole(100)).map((line) => {
    const record = contract.readWritten(line.slice(line.indexOf("=") + 1));
    return record !== undefined && fold.add(record);
  });
  const weights = [...generator().fill(0, 1, 100).weights.subarray(0, 100)];
  expect(weights.map((weight) => weight > 0)).toEqual(counted);
  const at = onlyWindow.columns.findIndex(({ aggregate }) => aggregate.kind === "sum");
  const sums = [...fold.entries()].map(([, values]) => values[at] ?? Number.NaN);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(sums.reduce((sum, value) => sum + value, 0));
});

test.each(["fixed", "random"] as const)(
  "TransactionGenerator generates the same run with any number of workers and shards (%s users)",
  (users) => {
    const one = records(whole(1000), { users }).toSorted();
    for (const workers of [2, 3]) {
      const parts = Array.from({ length: workers }, (_, worker) =>
        records(workerShare(whole(1000), worker, workers), { users, capacity: 7 }),
      );
      expect(parts.flat().toSorted()).toEqual(one);
    }
    const shards = Array.from({ length: 5 }, (_, shard) => {
      const share = shardShare(1000, { number: shard + 1, of: 5 });
      return Array.from({ length: shard + 1 }, (_worker, worker) => records(workerShare(share, worker, shard + 1), { users })).flat();
    });
    expect(shards.flat().toSorted()).toEqual(one);
  },
);

test("TransactionGenerator distributes statuses, users and ids evenly", () => {
  const count = 100_000;
  const transactions = records(whole(count), { capacity: 4000 }).map(valueOf);
  const within = (seen: number, chance: number): boolean => Math.abs(seen - count * chance) < 5 * Math.sqrt(count * chance * (1 - chance));
  expect(within(transactions.filter(({ status }) => status === "Paid").length, 0.5)).toBe(true);
  for (const { id } of fixedUsers) {
    const own = transactions.filter(({ userId }) => userId === id);
    expect(within(own.length, 0.1)).toBe(true);
    expect(within(own.filter(({ status }) => status === "Paid").length, 0.05)).toBe(true);
  }
  for (let decile = 0; decile < 10; decile += 1) {
    const inside = transactions.filter(({ transactionId }) => Math.floor((transactionId - 1) / 100_000) === decile);
    expect(within(inside.length, 0.1)).toBe(true);
  }
});

function ids(seed: number): number[] {
  return records(whole(100), { seed }).map((line) => valueOf(line).transactionId);
}

test("TransactionGenerator generates other records for another seed", () => {
  const shared = ids(1).filter((id, index) => id === ids(2)[index]);
  expect(shared.length).toBeLessThan(3);
  expect(ids(1 + 2 ** 32)).not.toEqual(ids(1));
});

test("TransactionGenerator gives live records the time of their batch", () => {
  const clock = [1_767_225_600_000, 1_767_225_600_777];
  const made = generator({ eventTime: { kind: "live" }, nowMs: () => clock.shift() ?? 0 });
  const times = [made.fill(0, 1, 3), made.fill(3, 1, 3)].map((batch) => [batch.eventTimeMs(0), batch.eventTimeMs(2)]);
  expect(times).toEqual([
    [1_767_225_600_000, 1_767_225_600_000],
    [1_767_225_600_777, 1_767_225_600_777],
  ]);
});

test.each([1, 999, 1000, 1_500_000, 59_999_000, 3_600_000_000, 86_399_999_000, 40 * 86_400_000_000])(
  "TransactionGenerator writes simulated times %d µs apart as they are",
  (spacingUs) => {
    const startMs = Date.UTC(2024, 1, 28, 23, 59, 59, 998);
    const lines = records(whole(300), { eventTime: { kind: "simulated", startMs, spacingUs } });
    const expected = lines.map((_, index) => formatEventTimestamp(startMs + Math.floor((index * spacingUs) / 1000)));
    expect(lines.map((line) => formatEventTimestamp(valueOf(line).eventTimeMs))).toEqual(expected);
  },
);

test("TransactionGenerator refuses an event time after the year 9999", () => {
  const eventTime: EventTime = { kind: "simulated", startMs: Date.UTC(9999, 11, 31), spacingUs: 3_600_000_000 };
  expect(() => generator({ eventTime }).fill(0, 1, 25)).toThrow(/not in the years 1970 to 9999/u);
});
