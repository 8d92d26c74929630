/**
 * The burst: transactions at full speed, from the start of `data` until every window in Pinot is exact, for each processor, and for a
 * DataStream job written by hand with the semantics of Flink's statements as the yardstick. Each on a new stack, after a smaller burst that
 * warms it up. Writes a section of bench/RESULTS.md.
 *
 * Environment: BURST (records, default 3,000,000), RUNS (default 3), PROCESSORS (default: all that this machine can provide).
 */

import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openDeclarations } from "../src/core/assets.ts";
import { cacheFolder } from "../src/core/cache-folder.ts";
import { cpuTimeMs } from "../src/core/process.ts";
import { defaultProcessor, processorNames, processorOf } from "../src/processors/catalog.ts";
import { flinkService } from "../src/processors/flink/service.ts";
import { onlyWindow, transactionsTopic } from "../src/spec/names.ts";
import { classPath } from "../src/stack/local/engines.ts";
import { networkLayout } from "../src/stack/network-layout.ts";
import { kafkaService } from "../src/stack/services/kafka.ts";
import { describeMachine } from "./machine.ts";
import { measure, median } from "./measure.ts";
import { keepSection, table } from "./results.ts";
import { MeasuredStack } from "./stack.ts";

const records = Number(process.env["BURST"] ?? 3_000_000);
const runs = Number(process.env["RUNS"] ?? 3);
const yardstick = "DataStream job";
const named = process.env["PROCESSORS"]?.split(",");
const contenders = named ?? [yardstick, ...processorNames.filter((name) => processorOf(name).howToProvide === undefined)];
const offset = 11_000;
const brokers = `127.0.0.1:${9092 + offset}`;
const folder = await mkdtemp(join(tmpdir(), "streamctl-burst-"));

interface Burst {
  readonly seconds: number;
  /** Processor time of the stream processor, in microseconds. */
  readonly cpuMicrosPerRecord: number;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Processor time of a process so far, in milliseconds. */
async function cpuMs(pid: number): Promise<number> {
  return (await cpuTimeMs(pid)) ?? Number.NaN;
}

class Contender {
  readonly name: string;
  readonly #stack: MeasuredStack;
  #job: Bun.Subprocess | undefined;
  #pid = 0;

  constructor(name: string) {
    this.name = name;
    this.#stack = new MeasuredStack(join(folder, name.replaceAll(" ", "-")), offset);
  }

  async start(): Promise<void> {
    if (this.name === yardstick) {
      await this.#stack.run("up", "--port-offset", String(offset), "--only", "kafka,pinot", "--processor", defaultProcessor());
      this.#job = await startYardstick(join(folder, "checkpoints"));
      this.#pid = this.#job.pid;
      return;
    }
    const { services } = await this.#stack.run("up", "--port-offset", String(offset), "--processor", this.name, "--without", "console");
    this.#pid = services.find((service: { readonly name: string }) => service.name === this.name).pid;
  }

  async burst(count: number): Promise<Burst> {
    const cpuBefore = await cpuMs(this.#pid);
    const startedAt = performance.now();
    await this.#stack.send(["-n", String(count), "--rate", "max"], async () => {
      if (typeof this.#job?.exitCode !== "number") return;
      throw new Error(`the job ended: ${await Bun.file(join(folder, "yardstick.log")).text()}`);
    });
    const elapsedMs = performance.now() - startedAt;
    return { seconds: elapsedMs / 1000, cpuMicrosPerRecord: (((await cpuMs(this.#pid)) - cpuBefore) * 1000) / count };
  }

  /** @throws Error unless every window is exact */
  async verify(): Promise<void> {
    await this.#stack.run("verify", "--strict", "--wait", "30s");
  }

  async end(): Promise<void> {
    this.#job?.kill();
    await this.#job?.exited;
    await this.#stack.run("down", "--volumes");
  }
}

/** Compiles the job against the jars of Flink in the cache and starts it. */
async function startYardstick(checkpoints: string): Promise<Bun.Subprocess> {
  const { process: program } = flinkService.define(networkLayout([kafkaService, flinkService], "local", offset));
  if (program.kind !== "jvm" || program.jars.kind !== "maven") throw new Error("Flink is not resolved by Maven");
  const jars = classPath({ cacheDir: cacheFolder(), declarations: openDeclarations() }, program.jars);
  const classes = join(folder, "classes");
  await mkdir(classes, { recursive: true });
  await measure(["javac", "-d", classes, "-cp", jars, resolve(import.meta.dir, "burst/DataStreamJob.java")]);
  const opens = program.jvmOptions.filter((option) => option.startsWith("--add-") || option.startsWith("-X"));
  const args = [brokers, transactionsTopic.name, onlyWindow.topic.name, checkpoints];
  const command = ["java", "-cp", `${classes}:${jars}`, ...opens, "DataStreamJob", ...args];
  const log = Bun.file(join(folder, "yardstick.log"));
  return Bun.spawn(command, { stdout: log, stderr: log });
}

async function measureContender(name: string): Promise<readonly Burst[]> {
  const contender = new Contender(name);
  const bursts: Burst[] = [];
  try {
    await contender.start();
    await contender.burst(Math.ceil(records / 10));
    for (let run = 0; run < runs; run += 1) {
      const burst = await contender.burst(records);
      say(`  ${name}: ${burst.seconds.toFixed(1)} s, ${rateOf(burst.seconds)}/s, ${burst.cpuMicrosPerRecord.toFixed(1)} µs per record`);
      bursts.push(burst);
    }
    await contender.verify();
  } finally {
    await contender.end();
  }
  return bursts;
}

function rateOf(seconds: number): string {
  return Math.round(records / seconds).toLocaleString("en");
}

try {
  const machine = await describeMachine();
  say(machine);
  const rows: string[][] = [];
  let yardstickSeconds: number | undefined;
  for (const name of contenders) {
    const bursts = await measureContender(name);
    const seconds = median(bursts.map((burst) => burst.seconds));
    if (name === yardstick) yardstickSeconds = seconds;
    const ratio = yardstickSeconds === undefined ? "" : (yardstickSeconds / seconds).toFixed(2);
    const cpu = median(bursts.map(({ cpuMicrosPerRecord }) => cpuMicrosPerRecord));
    rows.push([name, `${seconds.toFixed(1)} s`, rateOf(seconds), ratio, `${cpu.toFixed(1)} µs`]);
  }
  const head = ["processor", "until exact in Pinot", "records/s", "÷ DataStream job", "its CPU per record"];
  const body = table(head, rows, 1);
  process.stdout.write(`${body}\n`);
  const title = `A burst of ${records.toLocaleString("en")} transactions`;
  if (named === undefined) await keepSection({ title, command: "make bench-burst", machine, body });
} finally {
  await rm(folder, { recursive: true, force: true });
}
