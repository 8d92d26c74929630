import { availableParallelism } from "node:os";
import type { ArgsDef } from "citty";
import { hasCode, StreamctlError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import type { DataRequest } from "../../data/request.ts";
import type { CliContext, ExitCode } from "../context.ts";

const args = {
  count: { type: "string", alias: "n", valueHint: "N", description: "Messages to send (default: until interrupted)" },
  rate: { type: "string", valueHint: "N|max", description: "Messages a second (default: 100)" },
  workers: { type: "string", valueHint: "N", description: "Parallel producers (default: chosen from rate and processors)" },
  seed: { type: "string", valueHint: "S", description: "The same seed makes the same records (default: random, and reported)" },
  "start-time": { type: "string", valueHint: "2026-01-01T00:00:00Z", description: "Simulated event time from here on, not paced" },
  spacing: { type: "string", valueHint: "10ms", description: "Event time between two records of simulated time (default: 10ms)" },
  shard: { type: "string", valueHint: "i/n", description: "Only the i-th of n shares of the same records" },
  users: { type: "string", valueHint: "fixed|random", description: "Ten users with fixed amounts, or any (default: fixed)" },
  topic: { type: "string", valueHint: "NAME", description: "Topic to write to (default: transactions)" },
  brokers: { type: "string", valueHint: "HOST:PORT,…", description: "Kafka's bootstrap servers (default: those of the stack)" },
  "kafka-config": {
    type: "string",
    valueHint: "FILE",
    description: "librdkafka properties, one name=value a line; secrets as ${env:NAME} or ${file:PATH}",
  },
  "dry-run": { type: "boolean", description: "Print the values as NDJSON, send nothing" },
} as const satisfies ArgsDef;

export const dataCommand = defineCommand({
  name: "data",
  args,
  run: async (typed, context) => {
    const { readKafkaConfig } = await import("../../data/kafka-config.ts");
    const { resolveDataRequest } = await import("../../data/request.ts");
    const file = typed["kafka-config"];
    const kafkaProperties = file === undefined ? {} : await readKafkaConfig(file, { environment: process.env, warn: context.log.warn });
    const environment = {
      cores: availableParallelism(),
      nowMs: Date.now(),
      randomSeed: Math.floor(Math.random() * 2 ** 32),
      kafkaProperties,
    };
    const raw = { ...typed, startTime: typed["start-time"], dryRun: typed["dry-run"] };
    // Resolved before the stack is looked for: what is typed wrongly is wrong with and without one.
    const request = resolveDataRequest(raw, environment);
    if (request.dryRun) {
      const { dryRun } = await import("../../data/dry-run.ts");
      await dryRun(request, context.terminal.write, context.signal);
      return context.signal.aborted ? 130 : 0;
    }
    const { exposedSecrets } = await import("../../data/exposed-secrets.ts");
    for (const warning of exposedSecrets(request)) context.log.warn(warning);
    const named = typed.brokers ?? kafkaProperties["bootstrap.servers"] ?? kafkaProperties["metadata.broker.list"];
    if (named !== undefined) return await send(request, context, async () => undefined);
    const brokers = await stackBrokers(context);
    const death = async (): Promise<StreamctlError | undefined> => {
      try {
        await stackBrokers(context);
        return undefined;
      } catch (error) {
        if (error instanceof StreamctlError) return error;
        throw error;
      }
    };
    try {
      return await send({ ...request, brokers }, context, death);
    } catch (error) {
      if (!hasCode(error, "unreachable")) throw error;
      throw (await death()) ?? error;
    }
  },
});

async function stackBrokers({ globals, log }: CliContext): Promise<string> {
  const { runningStack } = await import("../../pipeline/running-stack.ts");
  const { stateFolder } = await import("../../state/state-folder.ts");
  const folder = stateFolder(globals.stateDir);
  const { endpoints } = await runningStack({ folder, log, portOffset: globals.portOffset, services: ["kafka"], action: "send data" });
  return endpoints.kafka;
}

/** @param death why the broker is gone, where that is known and it is */
async function send(request: DataRequest, context: CliContext, death: () => Promise<StreamctlError | undefined>): Promise<ExitCode> {
  const { runData } = await import("../../data/run.ts");
  const { dataExitCode } = await import("../../data/summary.ts");
  const { renderProgress, renderSummary } = await import("../../data/narration.ts");
  const { stateFolder } = await import("../../state/state-folder.ts");
  const { log, signal, terminal, globals, entry } = context;
  log.info(
    `Sending to ${request.topic} at ${request.brokers} with ${request.workers === 1 ? "one worker" : `${request.workers} workers`}, seed ${request.seed}`,
  );
  const summary = await runData(request, {
    log,
    signal,
    ledgerFile: stateFolder(globals.stateDir).ledgerFile,
    workerEntry: entry,
    onProgress: (progress) => terminal.live(globals.quiet ? "" : renderProgress(progress)),
  });
  terminal.live("");
  if (globals.json) {
    const { renderJson } = await import("../render/json.ts");
    await terminal.write(renderJson(summary));
  } else {
    await terminal.write(renderSummary(summary));
  }
  const dead = summary.failed + summary.unresolved > 0 ? await death() : undefined;
  if (dead !== undefined) log.warn(`${dead.message}. ${dead.hint}`);
  return dataExitCode(summary, signal.aborted);
}
