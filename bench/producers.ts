/**
 * `make bench-producers`: compares `data` with alternative producers, in alternation on one real Kafka, medians of five rounds. Every run
 * has its own topic, whose end offsets must have grown by exactly the number that the producer reported.
 *
 * Environment: RUNS (rounds, default 5), SCALE (factor for the counts, default 1), PORT_OFFSET (default 11000). Results are written to
 * bench/RESULTS.md only with the defaults of RUNS and SCALE.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTopic, deleteTopic, listOffsets } from "../src/kafka/admin.ts";
import { describeMachine } from "./machine.ts";
import { complaintOf, executable, measure, median, observe } from "./measure.ts";
import { prepareRivals } from "./producers/prepare.ts";
import { readJson, reference, rivals, type Outcome, type Rival } from "./producers/rivals.ts";
import { keepSection, table } from "./results.ts";

const rounds = Number(process.env["RUNS"] ?? 5);
const scale = Number(process.env["SCALE"] ?? 1);
const offset = Number(process.env["PORT_OFFSET"] ?? 11_000);
const brokers = `127.0.0.1:${9092 + offset}`;
const timeoutMs = 20_000;
/** Timeout per run. */
const runTimeoutMs = 300_000;
const folder = await mkdtemp(join(tmpdir(), "streamctl-bench-"));
const stateDir = join(folder, "state");
const valuesFile = join(folder, "values.ndjson");
/** Ctrl-C aborts the comparison; Kafka is still stopped. */
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort(new Error("interrupted")));

interface Sample {
  readonly messagesPerSecond: number;
  readonly cpuUs: number;
  readonly maxRssBytes: number;
}

/** The result of each producer in one round: a sample, or the reason for a failure. */
type Round = ReadonlyMap<Rival, Sample | string>;

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const messages = ({ count }: Rival): number => Math.max(1000, Math.round(count * scale));

async function run(rival: Rival, topic: string): Promise<Sample | string> {
  const count = messages(rival);
  interrupted.signal.throwIfAborted();
  await createTopic({ brokers, topic, partitions: 3, timeoutMs });
  const command = rival.command({ brokers, topic, count });
  const result = await observe(command, { env: rival.env ?? {}, timeoutMs: runTimeoutMs });
  const ends = await listOffsets({ brokers, topic, timeoutMs });
  await deleteTopic({ brokers, topic, timeoutMs });

  const outcome = readOutcome(rival, result.stdout);
  if (outcome === undefined) return `ended with ${result.exitCode}: ${complaintOf(result)}`;
  const arrived = ends.reduce((sum, { high }) => sum + high, 0);
  if (outcome.delivered !== count || arrived !== count) {
    return `reported ${outcome.delivered} of ${count} as delivered, but the topic has ${arrived}`;
  }
  return {
    messagesPerSecond: (count / outcome.elapsedMs) * 1000,
    cpuUs: result.cpuUs / count,
    maxRssBytes: outcome.maxRssBytes ?? result.maxRssBytes,
  };
}

function readOutcome({ read = readJson }: Rival, stdout: string): Outcome | undefined {
  try {
    const outcome = read(stdout);
    return Number.isFinite(outcome.delivered) && Number.isFinite(outcome.elapsedMs) ? outcome : undefined;
  } catch {
    return undefined;
  }
}

async function runRound(round: number, all: readonly Rival[]): Promise<Round> {
  const results = new Map<Rival, Sample | string>();
  for (const [place, rival] of all.entries()) {
    const result = await run(rival, `bench-${round}-${place}`);
    results.set(rival, result);
    const told = typeof result === "string" ? result : `${whole(result.messagesPerSecond)}/s, ${result.cpuUs.toFixed(2)} µs`;
    say(`  round ${round + 1}: ${rival.name}, ${rival.sends}: ${told}`);
  }
  return results;
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");

function row(rival: Rival, all: readonly Round[]): readonly string[] {
  const head = [rival.name, rival.sends, whole(messages(rival))];
  if (rival.lack !== undefined) return [...head, `not available: ${rival.lack}`, "", "", "", ""];
  const results = all.map((round) => round.get(rival));
  const samples = results.filter((result) => typeof result === "object");
  const wrong = results.filter((result) => typeof result === "string");
  const middle = (value: (sample: Sample) => number): number => median(samples.map(value));
  const ratio = (value: (sample: Sample) => number): string =>
    median(all.flatMap((round) => quotient(round.get(rival), referenceOf(round), value))).toFixed(2);
  const failures = wrong.length > 0 ? ` (${wrong.length} of ${results.length} runs: ${wrong[0]})` : "";
  if (samples.length === 0) return [...head, `not measured${failures}`, "", "", "", ""];
  return [
    ...head,
    `${whole(middle(({ messagesPerSecond }) => messagesPerSecond))}${failures}`,
    ratio(({ messagesPerSecond }) => messagesPerSecond),
    middle(({ cpuUs }) => cpuUs).toFixed(2),
    ratio(({ cpuUs }) => cpuUs),
    whole(middle(({ maxRssBytes }) => maxRssBytes) / 1e6),
  ];
}

function referenceOf(round: Round): Sample | string | undefined {
  return [...round].find(([{ name }]) => name === reference)?.[1];
}

function quotient(one: Sample | string | undefined, other: Sample | string | undefined, value: (sample: Sample) => number): number[] {
  return typeof one === "object" && typeof other === "object" ? [value(one) / value(other)] : [];
}

const explanation = `Medians of ${rounds} rounds. In each round every row runs once, one after another, against one Kafka on the same processors. "÷ C loop" is
the median of the ratios per round to the row "${reference}". Every run has a new topic of three partitions, whose end offsets grew by
exactly the number that the producer reported, unless the row says otherwise.

- messages/s: from the first message that is produced once the client is connected to the last acknowledgement. A first acknowledged message
  shows the connection (for \`data\` the topic's partitions, for ProducerPerformance a warm-up of a thousand messages).
- CPU: user and system time of the process and its children, including the start of an interpreter or JVM, without the broker; microseconds
  per message.
- memory: the maximum resident size; for the ten Python processes the sum.
- transactions: JSON of about 150 bytes, keyed by one of ten users, generated one message at a time in the usual way of the language; a
  constant: 150 bytes, one key (the addon's batch: ten). ProducerPerformance uses no keys and draws from a thousand prepared transactions.
- acks=all and idempotence everywhere; a linger of 5 ms and batches of up to 1 MB and 10,000 messages where the client has such settings.
  \`@platformatic/kafka\` has none: it sends 2,000 messages per call, five calls at a time.`;

async function compare(): Promise<string> {
  const prepared = await prepareRivals(say);
  await measure([executable, "--state-dir", stateDir, "up", "--only", "kafka", "--port-offset", String(offset)]);
  const dryRun = ["data", "--dry-run", "-n", "1000", "--rate", "max", "--seed", "1", "--start-time", "2026-01-01T00:00:00Z"];
  await writeFile(valuesFile, (await measure([executable, "--state-dir", stateDir, ...dryRun])).stdout);

  const all = rivals(prepared, stateDir, valuesFile);
  const present = all.filter(({ lack }) => lack === undefined);
  for (const { name, lack } of all) if (lack !== undefined) say(`  ${name}: not available: ${lack}`);
  // Warm up the broker: its first producers would wait for caches and coordinators.
  const warm = present.find(({ name }) => name === reference);
  if (warm) await run(warm, "bench-warm");

  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await runRound(round, present));
  const head = ["producer", "sends", "messages per run", "messages/s", "÷ C loop", "CPU µs per message", "÷ C loop", "memory, MB"];
  return table(
    head,
    all.map((rival) => row(rival, results)),
    2,
  );
}

try {
  const machine = await describeMachine();
  const body = `${await compare()}\n\n${explanation}`;
  process.stdout.write(`${body}\n`);
  if (rounds === 5 && scale === 1) await keepSection({ title: "Producers side by side", command: "make bench-producers", machine, body });
} finally {
  await observe([executable, "--state-dir", stateDir, "down", "--volumes"]);
  await rm(folder, { recursive: true, force: true });
}
