/**
 * The first part of `make bench`: measures the complete pipeline on real engines, medians of five. Prints a table, compares each row with its
 * target and writes the table to bench/RESULTS.md.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchWithStack, benchData } from "./data.ts";
import { measureFreshness } from "./freshness.ts";
import { describeMachine } from "./machine.ts";
import { executable, measure, median, type Measurement } from "./measure.ts";
import { quantile } from "../src/trials/compare/quantiles.ts";
import { megabytes, ms, Report, seconds } from "./report.ts";
import { keepSection } from "./results.ts";
import { MeasuredStack } from "./stack.ts";

const runs = 5;
const offset = 11_000;
const brokers = `127.0.0.1:${9092 + offset}`;
const brokerUrl = `http://127.0.0.1:${8099 + offset}`;
const folder = await mkdtemp(join(tmpdir(), "streamctl-bench-"));
const stateDir = join(folder, "state");
const stack = new MeasuredStack(stateDir, offset);
const report = new Report();

const streamctl = async (...args: readonly string[]): Promise<Measurement> => await measure([executable, "--state-dir", stateDir, ...args]);

async function repeat(times: number, once: () => Promise<Measurement>): Promise<readonly Measurement[]> {
  const results: Measurement[] = [];
  for (let run = 0; run < times; run += 1) results.push(await once());
  return results;
}

/** A program that only prints a line, compiled like streamctl: the baseline for the start. */
async function compileEmptyProgram(): Promise<string> {
  const [source, program] = [join(folder, "empty.ts"), join(folder, "empty")];
  await Bun.write(source, 'process.stdout.write("0\\n");\n');
  await measure([process.execPath, "build", "--compile", "--minify", source, "--outfile", program]);
  return program;
}

async function benchStart(): Promise<number> {
  const empty = await compileEmptyProgram();
  const [version, help, baseline]: [Measurement[], Measurement[], Measurement[]] = [[], [], []];
  for (let run = 0; run < 6 * runs; run += 1) {
    version.push(await measure([executable, "--version"]));
    baseline.push(await measure([empty]));
    help.push(await measure([executable, "--help"]));
  }
  const baselineMs = median(baseline.map(({ elapsedMs }) => elapsedMs));
  report.add("an empty program compiled by Bun", ms(baselineMs), "(the baseline)", true);
  for (const [name, results] of [
    ["--version", version],
    ["--help", help],
  ] as const) {
    const value = median(results.map(({ elapsedMs }) => elapsedMs));
    const ratio = median(results.map(({ elapsedMs }, run) => elapsedMs / (baseline[run]?.elapsedMs ?? Number.NaN)));
    report.add(`${name}, median of ${results.length}`, ms(value), "≤ 15 ms on a quiet machine", value <= 15);
    report.add(`${name} ÷ empty program, median of the pairs`, ratio.toFixed(2), "≤ 1.1", ratio <= 1.1);
  }
  return median(version.map(({ maxRssBytes }) => maxRssBytes));
}

async function benchUp(): Promise<void> {
  await streamctl("up", "--port-offset", String(offset));
  await streamctl("down", "--volumes");
  const elapsed: number[] = [];
  const beyond: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const started = await stack.run("up", "--port-offset", String(offset));
    const readyMs = (name: string): number => started.services.find((service: { readonly name: string }) => service.name === name).readyMs;
    const critical = Math.max(readyMs("zookeeper") + readyMs("pinot"), readyMs("kafka"), readyMs("flink"));
    const own = started.services.map(
      ({ name, readyMs: time }: { readonly name: string; readonly readyMs: number }) => `${name} ${seconds(time)}`,
    );
    report.say(`  up ${seconds(started.elapsedMs)}: ${own.join(", ")}`);
    elapsed.push(started.elapsedMs);
    beyond.push(started.elapsedMs - critical);
    if (run < runs - 1) await streamctl("down", "--volumes");
  }
  report.add("up with the engines in the cache", seconds(median(elapsed)), "≤ 8 s on two quiet cores", median(elapsed) <= 8000);
  report.add("up beyond the services' critical path", seconds(median(beyond)), "≤ 1 s", median(beyond) <= 1000);
  const second = median((await repeat(runs, async () => await streamctl("up"))).map(({ elapsedMs }) => elapsedMs));
  report.add("a second up", seconds(second), "≤ 2 s", second <= 2000);
}

async function benchFreshness(): Promise<void> {
  const traffic = Bun.spawn([executable, "--state-dir", stateDir, "data", "-q"], { stdout: "ignore", stderr: "ignore" });
  const times = await measureFreshness({ brokers, brokerUrl, samples: 220 });
  traffic.kill("SIGINT");
  await traffic.exited;
  const counted = times.slice(20);
  const [p50, p95] = [quantile(counted, 0.5), quantile(counted, 0.95)];
  report.add(`freshness at 100 messages/s, p50 of ${counted.length}`, ms(p50), "≤ 500 ms", p50 <= 500);
  report.add(`freshness at 100 messages/s, p95 of ${counted.length}`, ms(p95), "≤ 1000 ms", p95 <= 1000);
}

async function benchExactness(): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { delivered } = await stack.run("data", "-n", "300000", "--rate", "max");
    const doneAt = performance.now();
    if (delivered !== 300_000) throw new Error(`only ${delivered} of 300,000 were delivered`);
    const { matched, windows } = await stack.run("verify", "--wait", "60s");
    if (matched !== windows) throw new Error("windows differ");
    times.push(performance.now() - doneAt);
  }
  const value = median(times);
  report.add("300,000 at full speed, until exact in Pinot", seconds(value), "≤ 10 s (including verify)", value <= 10_000);
}

async function benchMemoryOfStack(): Promise<void> {
  const { services } = await stack.run("status");
  const total = services.reduce((sum: number, { rssBytes }: { readonly rssBytes: number }) => sum + rssBytes, 0);
  const parts = services.map(
    ({ name, rssBytes }: { readonly name: string; readonly rssBytes: number }) => `${name} ${megabytes(rssBytes)}`,
  );
  report.say(`  ${parts.join(", ")}`);
  report.add("resident memory of the stack after 100,000 records", megabytes(total), "≤ 1500 MB", total <= 1.5e9);
}

try {
  const machine = await describeMachine();
  report.say(`${machine} Engines in ${folder}`);
  const idleBytes = await benchStart();
  await benchUp();
  await benchFreshness();
  await benchExactness();
  await benchMemoryOfStack();
  const data = { report, runs, brokers, stateDir, idleBytes };
  await benchWithStack(data);
  // Measure `data` with only Kafka running: Flink and Pinot would compete for the processors.
  await streamctl("down", "--volumes");
  await streamctl("up", "--port-offset", String(offset), "--only", "kafka");
  await benchData(data);
  process.stdout.write(`${report.print()}\n`);
  await keepSection({ title: "The pipeline", command: "make bench", machine, body: report.table() });
} finally {
  await streamctl("down", "--volumes");
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = report.reached ? 0 : 1;
