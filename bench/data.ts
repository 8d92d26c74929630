/** Benchmarks of `data`: generator, producer baseline, memory, workers, pace. Compared programs run in alternation. */

import { resolve } from "node:path";
import { TransactionGenerator } from "../src/data/generator.ts";
import { createTopic } from "../src/kafka/admin.ts";
import { executable, measure, median, type Measurement } from "./measure.ts";
import { measureEvenness } from "./pacing.ts";
import { megabytes, ms, perSecond, type Report } from "./report.ts";

export interface DataBench {
  readonly report: Report;
  readonly runs: number;
  readonly brokers: string;
  readonly stateDir: string;
  /** Resident memory of the executable with `--version`. */
  readonly idleBytes: number;
}

const million = 1_000_000;
const baselineTopic = "transactions-floor";
const program = (name: string): string => resolve(import.meta.dir, name);

/** The rate while Flink and Pinot consume the records. Needs the complete stack. */
export async function benchWithStack(bench: DataBench): Promise<void> {
  const rates: number[] = [];
  for (let run = 0; run < bench.runs; run += 1) rates.push((await send(bench, million, "--rate", "max")).messagesPerSecond);
  bench.report.add("rate of data while Flink and Pinot consume", perSecond(median(rates)), "(none)", true);
}

/** Needs Kafka with the topic `transactions` on `brokers`, without consumers. */
export async function benchData(bench: DataBench): Promise<void> {
  await createTopic({ brokers: bench.brokers, topic: baselineTopic, partitions: 3, timeoutMs: 20_000 });
  benchGenerator(bench);
  await benchBaseline(bench);
  await benchMockBroker(bench);
  await benchWorkers(bench);
  await benchPace(bench);
}

interface Sent extends Measurement {
  readonly messagesPerSecond: number;
  readonly runMs: number;
}

async function send({ brokers, stateDir }: DataBench, count: number, ...args: readonly string[]): Promise<Sent> {
  const command = [executable, "--state-dir", stateDir, "data", "-n", String(count), "--brokers", brokers, "--json", ...args];
  const result = await measure(command);
  const { delivered, messagesPerSecond, elapsedMs } = JSON.parse(result.stdout) as Record<string, number>;
  if (delivered !== count) throw new Error(`only ${delivered} of ${count} were delivered`);
  return { ...result, messagesPerSecond: messagesPerSecond ?? 0, runMs: elapsedMs ?? 0 };
}

const atMaximum = ["--rate", "max", "--workers", "1"] as const;

function benchGenerator({ report, runs }: DataBench): void {
  const capacity = 4000;
  const eventTime = { kind: "simulated", startMs: Date.UTC(2026, 0, 1), spacingUs: 10_000 } as const;
  const generator = new TransactionGenerator({ seed: 1, eventTime, nowMs: Date.now, capacity, realistic: null });
  const rates: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const startedAt = performance.now();
    for (let first = 0; first < 4 * million; first += capacity) generator.fill(first, 1, capacity);
    rates.push((4 * million * 1000) / (performance.now() - startedAt));
  }
  const rate = median(rates.slice(1));
  report.add("generator alone, one core", `${(rate / million).toFixed(1)} M records/s`, "≥ 4 M", rate >= 4 * million);
}

async function benchBaseline(bench: DataBench): Promise<void> {
  const { report, brokers, idleBytes } = bench;
  const [data, baseline]: [Sent[], Measurement[]] = [[], []];
  for (let run = 0; run < bench.runs; run += 1) {
    data.push(await send(bench, million, ...atMaximum));
    baseline.push(await measure([process.execPath, program("constant-batch.ts"), brokers, baselineTopic, String(million)]));
  }
  const cpu = (results: readonly Measurement[]): string => `${median(results.map(({ cpuUs }) => cpuUs / million)).toFixed(2)} µs`;
  const ratio = median(data.map(({ cpuUs }, run) => cpuUs / (baseline[run]?.cpuUs ?? Number.NaN)));
  report.add("CPU per message of data (1 M, one worker)", cpu(data), "(see the ratio)", true);
  report.add("CPU per message of a constant batch (1 M)", cpu(baseline), "(the baseline)", true);
  report.add("data ÷ constant batch, median of the pairs", ratio.toFixed(2), "≤ 1.5", ratio <= 1.5);
  report.add("rate of data (1 M, one worker)", perSecond(median(data.map(({ messagesPerSecond }) => messagesPerSecond))), "(none)", true);
  for (const [millions, workers] of [
    [1, 1],
    [10, 1],
    [10, 2],
  ] as const) {
    const { maxRssBytes } = await send(bench, millions * million, "--rate", "max", "--workers", String(workers));
    const bytes = maxRssBytes - idleBytes;
    report.add(`memory of data beyond --version, ${millions} M, workers: ${workers}`, megabytes(bytes), "≤ 150 MB", bytes <= 150e6);
  }
}

async function benchMockBroker(bench: DataBench): Promise<void> {
  const broker = Bun.spawn([process.execPath, program("mock-broker.ts")], { stdin: "pipe", stdout: "pipe" });
  const rates: number[] = [];
  try {
    const { value } = await broker.stdout.getReader().read();
    const brokers = new TextDecoder().decode(value).trim();
    for (let run = 0; run < bench.runs; run += 1) {
      rates.push((await send({ ...bench, brokers }, 3 * million, ...atMaximum)).messagesPerSecond);
    }
  } finally {
    await broker.stdin.end();
    await broker.exited;
  }
  const rate = median(rates);
  bench.report.add("rate of data to librdkafka's mock broker", perSecond(rate), "≥ 1,000,000", rate >= million);
}

async function benchWorkers(bench: DataBench): Promise<void> {
  const ratios: number[] = [];
  for (let run = 0; run < bench.runs; run += 1) {
    const one = await send(bench, 2 * million, "--rate", "max", "--workers", "1");
    const two = await send(bench, 2 * million, "--rate", "max", "--workers", "2");
    ratios.push(two.messagesPerSecond / one.messagesPerSecond);
  }
  const ratio = median(ratios);
  bench.report.add("rate of two workers ÷ one, median of the pairs", ratio.toFixed(2), "≥ 1", ratio >= 1);
}

async function benchPace(bench: DataBench): Promise<void> {
  const { report, brokers } = bench;
  for (const rate of [100, 10_000, 200_000]) {
    const { messagesPerSecond, densest } = await measureEvenness({ brokers, topic: "transactions" }, async () => {
      await send(bench, rate * 10, "--rate", String(rate));
    });
    const off = Math.abs(messagesPerSecond / rate - 1);
    report.add(`--rate ${rate} for ten seconds, off by`, `${(off * 100).toFixed(2)} %`, "≤ 1 %", off <= 0.01);
    const most = 2 * (rate * 0.02) + 1;
    report.add(`--rate ${rate}, most messages in any 20 ms`, String(densest), `≤ ${most}`, densest <= most);
  }
  const [one, many] = [await send(bench, 1), await send(bench, 2000)];
  const share = (many.cpuUs - one.cpuUs) / 1000 / (many.runMs - one.runMs);
  report.add("--rate 100, of a core", `${(share * 100).toFixed(1)} %`, "≤ 2 %", share <= 0.02);
  report.add("  start and end of such a run, CPU", ms(one.cpuUs / 1000), "(none)", true);
}
