import { availableParallelism } from "node:os";
import type { ArgsDef } from "citty";
import { defineCommand } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { hasCode, StreamctlError } from "../../core/errors.ts";
import { formatCount } from "../../core/units.ts";
import type { DataRequest } from "../../data/request.ts";

const args = {
  count: { type: "string", alias: "n", valueHint: "N", description: "Number of messages to send [default: send until interrupted]" },
  rate: { type: "string", valueHint: "N|max", description: "Messages per second [default: 100, or max with --start-time or --dry-run]" },
  workers: { type: "string", valueHint: "N", description: "Number of parallel producers [default: depends on rate and processor cores]" },
  seed: { type: "string", valueHint: "N", description: "Seed of the generator; the same seed gives the same records [default: random]" },
  "start-time": { type: "string", valueHint: "TIME", description: "Simulate event times from TIME on, such as 2026-01-01T00:00:00Z" },
  spacing: { type: "string", valueHint: "DURATION", description: "Simulated time between two records [default: 10ms]" },
  shard: { type: "string", valueHint: "I/N", description: "Send the I-th of N equal parts of the records [default: 1/1]" },
  users: { type: "string", valueHint: "fixed|random", description: "Ten users with fixed amounts, or random ones [default: fixed]" },
  topic: { type: "string", valueHint: "NAME", description: "Topic to send to [default: transactions]" },
  brokers: { type: "string", valueHint: "HOST:PORT,…", description: "Bootstrap servers [default: those of the stack]" },
  "kafka-config": {
    type: "string",
    valueHint: "FILE",
    description: "File of librdkafka properties, one name=value per line; write secrets as ${env:NAME} or ${file:PATH}",
  },
  "dry-run": { type: "boolean", description: "Print the messages as NDJSON and send nothing" },
} as const satisfies ArgsDef;

export const dataCommand = defineCommand({
  name: "data",
  args,
  examples: [
    ["streamctl data -n 1000", "Send 1000 transactions, 100 per second"],
    ["streamctl data --rate max -n 1000000 --seed 7", "Send a million as fast as possible, the same ones in each run"],
    ["streamctl data -n 3 --dry-run", "Print three transactions"],
  ],
  run: async (typed, context) => {
    const { readKafkaConfig } = await import("../../data/kafka-config.ts");
    const { namedBrokers, resolveDataRequest } = await import("../../data/request.ts");
    const file = typed["kafka-config"];
    const kafkaProperties = file === undefined ? {} : await readKafkaConfig(file, { environment: process.env, warn: context.log.warn });
    const environment = {
      cores: availableParallelism(),
      nowMs: Date.now(),
      randomSeed: Math.floor(Math.random() * 2 ** 32),
      kafkaProperties,
    };
    const raw = { ...typed, startTime: typed["start-time"], dryRun: typed["dry-run"] };
    // Resolve the options before the stack, so that an invalid option is reported even if no stack is running.
    const request = resolveDataRequest(raw, environment);
    if (request.dryRun) {
      const { dryRun } = await import("../../data/dry-run.ts");
      await dryRun(request, context.terminal.write, context.signal);
      return context.signal.aborted ? 130 : 0;
    }
    const { exposedSecrets } = await import("../../data/exposed-secrets.ts");
    for (const warning of exposedSecrets(request)) context.log.warn(warning);
    if (namedBrokers(raw, kafkaProperties) !== undefined) return await send(request, context, async () => undefined);
    const brokers = await stackBrokers(context);
    const stackError = async (): Promise<StreamctlError | undefined> => {
      try {
        await stackBrokers(context);
        return undefined;
      } catch (error) {
        if (error instanceof StreamctlError) return error;
        throw error;
      }
    };
    try {
      return await send({ ...request, brokers }, context, stackError);
    } catch (error) {
      if (!hasCode(error, "unreachable")) throw error;
      throw (await stackError()) ?? error;
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

/** @param stackError why the stack's broker is not running; undefined if it is, or if another broker is used */
async function send(request: DataRequest, context: CliContext, stackError: () => Promise<StreamctlError | undefined>): Promise<ExitCode> {
  const { runData } = await import("../../data/run.ts");
  const { dataExitCode } = await import("../../data/summary.ts");
  const { renderProgress, renderSummary } = await import("../../data/render.ts");
  const { stateFolder } = await import("../../state/state-folder.ts");
  const { log, signal, terminal, globals, entry } = context;
  log.info(`Sending to topic ${request.topic} at ${request.brokers} with ${formatCount(request.workers, "worker")}, seed ${request.seed}`);
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
  const cause = summary.failed + summary.unresolved > 0 ? await stackError() : undefined;
  if (cause !== undefined) log.warn(`${cause.message}. ${cause.hint}`);
  return dataExitCode(summary, signal.aborted);
}
