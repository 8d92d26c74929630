import { expect, test } from "bun:test";
import { StreamctlError } from "../../src/core/errors.ts";
import { defaultWorkers, resolveDataRequest, type DataEnvironment, type RawDataOptions } from "../../src/data/request.ts";

const environment: DataEnvironment = { cores: 2, nowMs: Date.UTC(2026, 5, 1), randomSeed: 77 };

function refusal(raw: RawDataOptions): string {
  try {
    resolveDataRequest(raw, environment);
  } catch (error) {
    if (error instanceof StreamctlError && error.code === "usage") return `${error.message}\n${error.hint ?? ""}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("resolveDataRequest() sends a hundred live transactions per second until interrupted by default", () => {
  const request = resolveDataRequest({}, environment);
  expect(request).toEqual({
    count: null,
    shard: { number: 1, of: 1 },
    share: { first: 0, stride: 1, count: null },
    messagesPerSecond: 100,
    workers: 1,
    seed: 77,
    users: "fixed",
    eventTime: { kind: "live" },
    topic: "transactions",
    brokers: "127.0.0.1:9092",
    kafkaProperties: {},
    dryRun: false,
  });
  expect(Object.isFrozen(request) && Object.isFrozen(request.share) && Object.isFrozen(request.kafkaProperties)).toBe(true);
});

test("resolveDataRequest() uses every option that was given", () => {
  const raw: RawDataOptions = {
    count: "1001",
    rate: "2.5",
    workers: "3",
    seed: "9007199254740991",
    startTime: "2026-01-01T02:00:00.5+02:00",
    spacing: "0.5ms",
    shard: "2/5",
    users: "random",
    topic: "my.topic-1_a",
    brokers: "a:1, SSL://b:65535,[::1]:9092,c",
    dryRun: true,
  };
  expect(resolveDataRequest(raw, environment)).toEqual({
    count: 1001,
    shard: { number: 2, of: 5 },
    share: { first: 1, stride: 5, count: 200 },
    messagesPerSecond: 2.5,
    workers: 3,
    seed: Number.MAX_SAFE_INTEGER,
    users: "random",
    eventTime: { kind: "simulated", startMs: Date.UTC(2026, 0, 1) + 500, spacingUs: 500 },
    topic: "my.topic-1_a",
    brokers: "a:1,SSL://b:65535,[::1]:9092,c",
    kafkaProperties: {},
    dryRun: true,
  });
});

test("resolveDataRequest() has no rate for simulated time or a dry run unless one is given", () => {
  expect(resolveDataRequest({ startTime: "2026-01-01" }, environment).messagesPerSecond).toBeNull();
  expect(resolveDataRequest({ startTime: "2026-01-01", rate: "5" }, environment).messagesPerSecond).toBe(5);
  expect(resolveDataRequest({ dryRun: true }, environment).messagesPerSecond).toBeNull();
  expect(resolveDataRequest({ rate: "max" }, environment).messagesPerSecond).toBeNull();
});

test.each([
  ["2026-01-01T00:00:00Z", Date.UTC(2026, 0, 1)],
  ["2026-01-01", Date.UTC(2026, 0, 1)],
  ["2026-01-01 00:00:01.25", Date.UTC(2026, 0, 1) + 1250],
  ["2026-01-01T00:00:00-05:30", Date.UTC(2026, 0, 1, 5, 30)],
  ["1970-01-01T00:00:00Z", 0],
  ["now", Date.UTC(2026, 5, 1)],
])("resolveDataRequest() begins simulated time at --start-time %s, 10 ms apart", (startTime, startMs) => {
  expect(resolveDataRequest({ startTime }, environment).eventTime).toEqual({ kind: "simulated", startMs, spacingUs: 10_000 });
});

function brokersOf(raw: RawDataOptions, known: Partial<DataEnvironment>): string {
  return resolveDataRequest(raw, { ...environment, ...known }).brokers;
}

test("resolveDataRequest() takes the brokers from the option, then the Kafka configuration, then the environment", () => {
  const kafkaProperties = { "bootstrap.servers": "there:9092" };
  expect(brokersOf({ brokers: "here:1" }, { kafkaProperties, defaultBrokers: "other:2" })).toBe("here:1");
  expect(brokersOf({}, { kafkaProperties, defaultBrokers: "other:2" })).toBe("there:9092");
  expect(brokersOf({}, { defaultBrokers: "other:2" })).toBe("other:2");
});

test("resolveDataRequest() starts no more workers than there are records", () => {
  expect(resolveDataRequest({ count: "2", workers: "4" }, environment).workers).toBe(2);
  expect(resolveDataRequest({ count: "2", workers: "4", shard: "5/5" }, environment)).toMatchObject({
    workers: 1,
    share: { count: 0 },
  });
});

test("resolveDataRequest() refuses wrong values, and says what is allowed", () => {
  const refusals = (
    [
      { count: "0" },
      { count: "-1" },
      { count: "1e3" },
      { count: "1_000" },
      { count: "" },
      { count: "9007199254740992" },
      { rate: "0" },
      { rate: "-5" },
      { rate: "fast" },
      { rate: "1e6" },
      { workers: "0" },
      { workers: "257" },
      { workers: "1.5" },
      { seed: "-1" },
      { seed: "abc" },
      { startTime: "yesterday" },
      { startTime: "2026-02-30T00:00:00Z" },
      { startTime: "1969-12-31T23:59:59Z" },
      { spacing: "10ms" },
      { startTime: "now", spacing: "10" },
      { startTime: "now", spacing: "0ms" },
      { startTime: "now", spacing: "10weeks" },
      { startTime: "now", spacing: "0.0001ms" },
      { startTime: "9999-12-31T23:59:59Z", count: "200" },
      { shard: "0/5" },
      { shard: "6/5" },
      { shard: "1/0" },
      { shard: "2" },
      { users: "some" },
      { topic: "" },
      { topic: "." },
      { topic: ".." },
      { topic: "a b" },
      { topic: "größe" },
      { topic: "x".repeat(250) },
      { brokers: "" },
      { brokers: "localhost:" },
      { brokers: "localhost:70000" },
      { brokers: "a:1,,b:2" },
      { brokers: "sasl_ssl://alice:hunter2@there:9093" },
    ] satisfies RawDataOptions[]
  ).map(refusal);
  expect(refusals.join("\n\n")).toMatchInlineSnapshot(`
    "Cannot use "0" for -n: it is below 1
    Give -n a whole number of at least 1

    Cannot use "-1" for -n: it is below 1
    Give -n a whole number of at least 1

    Cannot use "1e3" for -n: it is not a whole number in digits
    Write it out: -n 1000

    Cannot use "1_000" for -n: it is not a whole number in digits
    Write it out: -n 1000

    Cannot use "" for -n: it is not a whole number in digits
    Give -n a whole number of at least 1

    Cannot use "9007199254740992" for -n: it is above 9007199254740991
    Give -n a whole number of at least 1

    Cannot use "0" for --rate: it is not above 0
    Write a number of messages per second, or max: --rate 100

    Cannot use "-5" for --rate: it is not above 0
    Write a number of messages per second, or max: --rate 100

    Cannot use "fast" for --rate: it is neither a number nor max
    Write a number of messages per second, or max: --rate 100

    Cannot use "1e6" for --rate: it is neither a number nor max
    Write a number of messages per second, or max: --rate 100

    Cannot use "0" for --workers: it is below 1
    Give --workers a whole number from 1 to 256

    Cannot use "257" for --workers: it is above 256
    Give --workers a whole number from 1 to 256

    Cannot use "1.5" for --workers: it is not a whole number in digits
    Give --workers a whole number from 1 to 256

    Cannot use "-1" for --seed: it is below 0
    Give --seed a whole number of at least 0

    Cannot use "abc" for --seed: it is not a whole number in digits
    Give --seed a whole number of at least 0

    Cannot use "yesterday" for --start-time: it is not a time
    Write a time such as: --start-time 2026-01-01T00:00:00Z

    Cannot use "2026-02-30T00:00:00Z" for --start-time: this date or time does not exist
    Write a time such as: --start-time 2026-01-01T00:00:00Z

    Cannot use "1969-12-31T23:59:59Z" for --start-time: it is not in the years 1970 to 9999
    Write a time such as: --start-time 2026-01-01T00:00:00Z

    Cannot use --spacing 10ms without --start-time
    Add the start of the simulated time: --start-time 2026-01-01T00:00:00Z --spacing 10ms

    Cannot use "10" for --spacing: it has no unit
    Write a number and a unit: --spacing 10ms (us, ms, s, m, h or d)

    Cannot use "0ms" for --spacing: it must be longer than 0
    Write a number and a unit: --spacing 10ms (us, ms, s, m, h or d)

    Cannot use "10weeks" for --spacing: "weeks" is not a unit of time
    Write a number and a unit: --spacing 10ms (us, ms, s, m, h or d)

    Cannot use "0.0001ms" for --spacing: it is not a whole number of microseconds
    Write a number and a unit: --spacing 10ms (us, ms, s, m, h or d)

    Cannot simulate 200 events from 9999-12-31T23:59:59Z on: the last ones would be after the year 9999
    Choose a smaller --spacing, an earlier --start-time or fewer messages

    Cannot use "0/5" for --shard: the shards are numbered from 1 to 5
    Write the number of the shard and the number of shards: --shard 1/5

    Cannot use "6/5" for --shard: the shards are numbered from 1 to 5
    Write the number of the shard and the number of shards: --shard 1/5

    Cannot use "1/0" for --shard: the number of shards must be at least 1
    Write the number of the shard and the number of shards: --shard 1/5

    Cannot use "2" for --shard: it does not have the form I/N
    Write the number of the shard and the number of shards: --shard 1/5

    Cannot use "some" for --users: it is neither fixed nor random
    Write --users fixed for ten users, or --users random for random UUIDs

    Cannot use "" for --topic: it is empty
    Use letters, digits, dots, underscores and hyphens, 249 at most: --topic transactions

    Cannot use "." for --topic: Kafka does not allow this name
    Use letters, digits, dots, underscores and hyphens, 249 at most: --topic transactions

    Cannot use ".." for --topic: Kafka does not allow this name
    Use letters, digits, dots, underscores and hyphens, 249 at most: --topic transactions

    Cannot use "a b" for --topic: Kafka does not allow " " in a topic's name
    Use letters, digits, dots, underscores and hyphens, 249 at most: --topic transactions

    Cannot use "größe" for --topic: Kafka does not allow "ö" in a topic's name
    Use letters, digits, dots, underscores and hyphens, 249 at most: --topic transactions

    Cannot use "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" for --topic: it is 250 characters long
    Use letters, digits, dots, underscores and hyphens, 249 at most: --topic transactions

    Cannot use "" for --brokers: an address is empty
    Write addresses of brokers: --brokers localhost:9092

    Cannot use "localhost:" for --brokers: "localhost:" does not have the form host:port
    Write addresses of brokers: --brokers localhost:9092

    Cannot use "localhost:70000" for --brokers: 70000 is not a port
    Write addresses of brokers: --brokers localhost:9092

    Cannot use "a:1,,b:2" for --brokers: an address is empty
    Write addresses of brokers: --brokers localhost:9092

    Cannot use credentials in --brokers: every process on this machine can read them
    Write sasl.username and sasl.password to a file: --kafka-config FILE"
  `);
});

test("defaultWorkers() adds workers if records take long to generate or there are many cores", () => {
  const table = [
    [100, "fixed", 2],
    [null, "fixed", 1],
    [null, "fixed", 2],
    [null, "fixed", 4],
    [null, "random", 2],
    [50_000, "random", 8],
    [150_000, "random", 8],
    [null, "fixed", 16],
    [1_000_000, "fixed", 16],
    [null, "random", 64],
  ] as const;
  expect(table.map(([rate, users, cores]) => defaultWorkers(rate, users, cores))).toEqual([1, 1, 2, 2, 2, 1, 2, 4, 3, 8]);
});
