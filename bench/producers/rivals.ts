/**
 * The compared producers. Each is a program that delivers `count` messages to a topic and prints how many were delivered; CPU and memory are
 * measured from outside. All use acks=all, idempotence and, if the client supports it, a linger of 5 ms and batches of up to 1 MB.
 */

import { join, resolve } from "node:path";
import { fixedUsers } from "../../src/data/users.ts";
import { executable } from "../measure.ts";
import type { Lack, Preparation } from "./prepare.ts";

export interface Target {
  readonly brokers: string;
  readonly topic: string;
  readonly count: number;
}

/** As printed by the program. */
export interface Outcome {
  readonly delivered: number;
  /** From the first message produced once connected to the last acknowledgement. */
  readonly elapsedMs: number;
  /** Sum of all processes, if there are several. */
  readonly maxRssBytes?: number;
}

export interface Rival {
  readonly name: string;
  readonly sends: string;
  /** Messages per run: enough that the start of an interpreter or JVM is a small part. */
  readonly count: number;
  /** Why it cannot run on this machine. */
  readonly lack?: Lack;
  readonly command: (target: Target) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Parses the output; by default the last line as JSON. */
  readonly read?: (stdout: string) => Outcome;
}

/** The producer that the others are compared with. */
export const reference = "C loop over librdkafka, one key";

const here = (file: string): string => join(import.meta.dir, file);

/**
 * @param stateDir of streamctl
 * @param valuesFile transactions, one per line, for the program that cannot generate them
 */
export function rivals(prepared: Preparation, stateDir: string, valuesFile: string): readonly Rival[] {
  return [...ours(stateDir), ...loops(), java(prepared, valuesFile), ...javascript(prepared), python(prepared)];
}

function ours(stateDir: string): readonly Rival[] {
  const data: Rival["command"] = ({ brokers, topic, count }) =>
    [executable, "--state-dir", stateDir, "data", "--brokers", brokers, "--topic", topic, "-n", String(count)].concat([
      "--rate",
      "max",
      "--json",
      "-q",
    ]);
  return [
    { name: "`streamctl data`", sends: "transactions", count: 2_000_000, command: data },
    {
      name: "`streamctl data`, one worker",
      sends: "transactions",
      count: 2_000_000,
      command: (target) => [...data(target), "--workers", "1"],
    },
    {
      name: "its addon, one constant batch",
      sends: "a constant",
      count: 2_000_000,
      command: (target) => [process.execPath, resolve(import.meta.dir, "../constant-batch.ts"), ...positional(target)],
    },
  ];
}

function loops(): readonly Rival[] {
  const loop = resolve(import.meta.dir, "../../build/bench/loop");
  const kinds = [
    [reference, "one-key"],
    ["C loop over librdkafka, ten keys", "ten-keys"],
  ] as const;
  return kinds.map(([name, mode]) => ({
    name,
    sends: "a constant",
    count: 2_000_000,
    command: (target) => [loop, ...positional(target), mode],
  }));
}

/** Started like Kafka's script: with a heap of at most 512 MB. */
function java({ kafkaClassPath, versions, lacks }: Preparation, valuesFile: string): Rival {
  const properties = ["acks=all", "enable.idempotence=true", "linger.ms=5", "batch.size=1000000", "buffer.memory=67108864"];
  return {
    name: `Kafka ${versions.kafka}'s ProducerPerformance`,
    sends: "prepared transactions, no key",
    count: 3_000_000,
    lack: lacks.kafkaTools,
    command: ({ brokers, topic, count }) =>
      [
        "java",
        "-Xmx512m",
        "-cp",
        kafkaClassPath,
        "org.apache.kafka.tools.ProducerPerformance",
        "--throughput",
        "-1",
        "--warmup-records",
        "1000",
      ]
        .concat(["--bootstrap-server", brokers, "--topic", topic, "--num-records", String(count)])
        .concat(["--payload-file", valuesFile, "--command-property", ...properties]),
    read: readProducerPerformance,
  };
}

/** Parses the last two lines, for all messages and for those after the first thousand: `2999000 steady state records sent, 507099.4 records/sec (…`. */
function readProducerPerformance(stdout: string): Outcome {
  const [, sent = ""] = /^(\d+) records sent, .*\n.* steady state/mu.exec(stdout) ?? [];
  const [, perSecond = ""] = /^\d+ steady state records sent, ([\d.]+) records\/sec/u.exec(lastLine(stdout)) ?? [];
  return { delivered: Number(sent), elapsedMs: (Number(sent) / Number(perSecond)) * 1000 };
}

function javascript({ node, versions, lacks }: Preparation): readonly Rival[] {
  const kafkaJavascript = `\`@confluentinc/kafka-javascript\` ${versions.kafkaJavascript} on Node ${versions.node}`;
  const platformatic = `\`@platformatic/kafka\` ${versions.platformatic}`;
  const modes = [
    ["generated", "transactions"],
    ["constant", "a constant"],
  ] as const;
  return [
    { name: kafkaJavascript, runtime: node, file: "kafka-javascript.mjs", count: 500_000, lack: lacks.kafkaJavascript },
    { name: `${platformatic} on Node ${versions.node}`, runtime: node, file: "platformatic.mjs", count: 300_000, lack: lacks.packages },
    {
      name: `${platformatic} on Bun ${Bun.version}`,
      runtime: process.execPath,
      file: "platformatic.mjs",
      count: 300_000,
      lack: lacks.packages,
    },
  ].flatMap(({ name, runtime, file, count, lack }) =>
    modes.map(([mode, sends]) => ({
      name,
      sends,
      count,
      lack,
      command: (target: Target) => [runtime, here(file), ...positional(target), mode],
    })),
  );
}

function python({ pythonPath, versions, lacks }: Preparation): Rival {
  return {
    name: `confluent-kafka ${versions.confluentKafka} in Python, ten processes, one per user`,
    sends: "transactions",
    count: 200_000,
    lack: lacks.python,
    env: { PYTHONPATH: pythonPath },
    command: (target) => ["python3", here("python.py"), ...positional(target), JSON.stringify(fixedUsers)],
  };
}

function positional({ brokers, topic, count }: Target): readonly string[] {
  return [brokers, topic, String(count)];
}

export function readJson(stdout: string): Outcome {
  return JSON.parse(lastLine(stdout)) as Outcome;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
