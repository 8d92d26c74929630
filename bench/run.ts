/** `make bench`: what the README claims, measured side by side on real engines, medians of five. Prints a table; judges each row. */

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { measureFreshness } from "./freshness.ts";
import { executable, measure, median, printRows, quantile, type Measurement, type Row } from "./measure.ts";

const runs = 5;
const offset = 11_000;
const brokers = `127.0.0.1:${9092 + offset}`;
const brokerUrl = `http://127.0.0.1:${8099 + offset}`;
const folder = await mkdtemp(join(tmpdir(), "streamctl-bench-"));
const constantBatch = resolve(import.meta.dir, "constant-batch.ts");
const rows: Row[] = [];

const streamctl = async (...args: readonly string[]): Promise<Measurement> =>
  await measure([executable, "--state-dir", join(folder, "state"), ...args]);
const document = async (...args: readonly string[]): Promise<any> => JSON.parse((await streamctl(...args, "--json")).stdout);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

function add(what: string, measured: string, wanted: string, reached: boolean): void {
  rows.push({ what, measured, wanted, reached });
  say(`  ${what}: ${measured}`);
}

const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;
const megabytes = (value: number): string => `${(value / 1e6).toFixed(0)} MB`;

async function repeat(times: number, once: () => Promise<Measurement>): Promise<readonly Measurement[]> {
  const results: Measurement[] = [];
  for (let run = 0; run < times; run += 1) results.push(await once());
  return results;
}

/** A program that only writes a line, compiled like ours: what Bun itself takes on this machine. */
async function compileEmptyProgram(): Promise<string> {
  const [source, program] = [join(folder, "empty.ts"), join(folder, "empty")];
  await Bun.write(source, 'process.stdout.write("0\\n");\n');
  await measure([process.execPath, "build", "--compile", "--minify", source, "--outfile", program]);
  return program;
}

async function benchStart(): Promise<number> {
  const empty = await compileEmptyProgram();
  const [version, help, floor]: [Measurement[], Measurement[], Measurement[]] = [[], [], []];
  for (let run = 0; run < 6 * runs; run += 1) {
    version.push(await measure([executable, "--version"]));
    floor.push(await measure([empty]));
    help.push(await measure([executable, "--help"]));
  }
  const floorMs = median(floor.map(({ elapsedMs }) => elapsedMs));
  add("an empty program compiled by Bun", ms(floorMs), "(the floor)", true);
  for (const [name, results] of [
    ["--version", version],
    ["--help", help],
  ] as const) {
    const value = median(results.map(({ elapsedMs }) => elapsedMs));
    const ratio = median(results.map(({ elapsedMs }, run) => elapsedMs / (floor[run]?.elapsedMs ?? Number.NaN)));
    add(`${name}, median of ${results.length}`, ms(value), "≤ 15 ms on a quiet machine", value <= 15);
    add(`${name} ÷ empty program, median of the pairs`, ratio.toFixed(2), "≤ 1.1", ratio <= 1.1);
  }
  return median(version.map(({ maxRssBytes }) => maxRssBytes));
}

async function benchUp(): Promise<void> {
  await streamctl("up", "--port-offset", String(offset));
  await streamctl("down", "--volumes");
  const elapsed: number[] = [];
  const beyond: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const report = await document("up", "--port-offset", String(offset));
    const readyMs = (name: string): number => report.services.find((service: { readonly name: string }) => service.name === name).readyMs;
    const critical = Math.max(readyMs("zookeeper") + readyMs("pinot"), readyMs("kafka"), readyMs("flink"));
    const own = report.services.map(
      ({ name, readyMs: time }: { readonly name: string; readonly readyMs: number }) => `${name} ${seconds(time)}`,
    );
    say(`  up ${seconds(report.elapsedMs)}: ${own.join(", ")}`);
    elapsed.push(report.elapsedMs);
    beyond.push(report.elapsedMs - critical);
    if (run < runs - 1) await streamctl("down", "--volumes");
  }
  add("up with the engines in the cache", seconds(median(elapsed)), "≤ 30 s", median(elapsed) <= 30_000);
  add("up beyond the services' critical path", seconds(median(beyond)), "≤ 2 s", median(beyond) <= 2000);
  const second = median((await repeat(runs, async () => await streamctl("up"))).map(({ elapsedMs }) => elapsedMs));
  add("a second up", seconds(second), "≤ 2 s", second <= 2000);
}

async function benchFreshness(): Promise<void> {
  const traffic = Bun.spawn([executable, "--state-dir", join(folder, "state"), "data", "-q"], { stdout: "ignore", stderr: "ignore" });
  const times = await measureFreshness({ brokers, brokerUrl, samples: 220 });
  traffic.kill("SIGINT");
  await traffic.exited;
  const counted = times.slice(20);
  const [p50, p95] = [quantile(counted, 0.5), quantile(counted, 0.95)];
  add(`freshness at 100 messages/s, p50 of ${counted.length}`, ms(p50), "≤ 500 ms", p50 <= 500);
  add(`freshness at 100 messages/s, p95 of ${counted.length}`, ms(p95), "≤ 1000 ms", p95 <= 1000);
}

async function benchExactness(): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { delivered } = await document("data", "-n", "300000", "--rate", "max");
    const doneAt = performance.now();
    if (delivered !== 300_000) throw new Error(`only ${delivered} of 300,000 were delivered`);
    const { matched, windows } = await document("verify", "--wait", "60s");
    if (matched !== windows) throw new Error("windows differ");
    times.push(performance.now() - doneAt);
  }
  const value = median(times);
  add("300,000 at full speed, exact in Pinot after the last", seconds(value), "≤ 10 s (verify's own reading included)", value <= 10_000);
}

async function benchMemoryOfStack(): Promise<void> {
  const { services } = await document("status");
  const total = services.reduce((sum: number, { rssBytes }: { readonly rssBytes: number }) => sum + rssBytes, 0);
  const parts = services.map(
    ({ name, rssBytes }: { readonly name: string; readonly rssBytes: number }) => `${name} ${megabytes(rssBytes)}`,
  );
  say(`  ${parts.join(", ")}`);
  add("resident memory of the stack after more than 100,000", megabytes(total), "≤ 1500 MB", total <= 1.5e9);
}

async function benchProducer(idleBytes: number): Promise<void> {
  const count = 1_000_000;
  const data = async (n: number): Promise<Measurement> => {
    const result = await streamctl("data", "-n", String(n), "--rate", "max", "--workers", "1", "--json");
    const { delivered } = JSON.parse(result.stdout) as { readonly delivered: number };
    if (delivered !== n) throw new Error(`only ${delivered} of ${n} were delivered`);
    return result;
  };
  const floor = async (): Promise<Measurement> =>
    await measure([process.execPath, constantBatch, brokers, "transactions-floor", String(count)]);
  const { createTopic } = await import("../src/kafka/admin.ts");
  await createTopic({ brokers, topic: "transactions-floor", partitions: 3, timeoutMs: 20_000 });
  const ours: Measurement[] = [];
  const theirs: Measurement[] = [];
  for (let run = 0; run < runs; run += 1) {
    ours.push(await data(count));
    theirs.push(await floor());
  }
  const cpu = (results: readonly Measurement[]): number => median(results.map(({ cpuUs }) => cpuUs / count));
  const ratio = median(ours.map(({ cpuUs }, run) => cpuUs / (theirs[run]?.cpuUs ?? Number.NaN)));
  add("CPU of data a message (1 M, one worker)", `${cpu(ours).toFixed(2)} µs`, "(see the ratio)", true);
  add("CPU of a constant batch a message (1 M)", `${cpu(theirs).toFixed(2)} µs`, "(the floor)", true);
  add("data ÷ constant batch, median of the pairs", ratio.toFixed(2), "≤ 1.5", ratio <= 1.5);
  const rate = median(ours.map(({ stdout }) => (JSON.parse(stdout) as { readonly messagesPerSecond: number }).messagesPerSecond));
  add("rate of data", `${Math.round(rate).toLocaleString("en")} messages/s`, "(none)", true);
  const small = median(ours.map(({ maxRssBytes }) => maxRssBytes)) - idleBytes;
  add("memory of data beyond --version, 1 M", megabytes(small), "≤ 150 MB", small <= 150e6);
  const large = (await data(10 * count)).maxRssBytes - idleBytes;
  add("memory of data beyond --version, 10 M", megabytes(large), "≤ 150 MB", large <= 150e6);
}

try {
  say(`${cpus()[0]?.model ?? "?"}, ${availableParallelism()} processors, ${(totalmem() / 1e9).toFixed(0)} GB; engines in ${folder}`);
  const idleBytes = await benchStart();
  await benchUp();
  await benchFreshness();
  await benchExactness();
  await benchMemoryOfStack();
  await benchProducer(idleBytes);
  process.stdout.write(`${printRows(rows)}\n`);
} finally {
  await streamctl("down", "--volumes");
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = rows.every(({ reached }) => reached) ? 0 : 1;
