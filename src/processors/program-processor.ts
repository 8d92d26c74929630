/**
 * Runs the computation in a program that is part of streamctl, for engines that take no statements over the network. The program gets the
 * spec document and resumes from the checkpoints of its identity. It runs one computation per name, so there is never a second writer.
 */

import type { Health } from "../core/resource.ts";
import { shortHash } from "../core/short-hash.ts";
import { onlyStream, onlyWindow, type TopicIdentity } from "../spec/names.ts";
import { specDocument } from "../spec/spec-document.ts";
import { checkpointDirectory, deleteCheckpoints, deleteOtherCheckpoints, previousIdentities } from "./checkpoint-files.ts";
import type { ComputationView, PartitionProgress, ProcessorContext, ProcessorPlugin } from "./plugin.ts";
import { planProcessor, type Processor, type ProcessorIdentity, startsComputation } from "./processor.ts";
import {
  listComputations,
  type ProgramAddress,
  type ProgramComputation,
  type ProgramRequest,
  startComputation,
  stopComputation,
  validateComputation,
} from "./program-client.ts";

export interface ProgramOptions extends ProgramAddress {
  /** Name of the processor. */
  readonly name: string;
  /** Paths of the program's embedded sources and its pom. The state of another program cannot be resumed. */
  readonly sources: readonly string[];
  /** Whether a running computation reads partitions that are added to its topic. If not, `up` starts it again from the beginning. */
  readonly readsAddedPartitions: boolean;
}

/** A computation without a failure for this time counts as healthy even if it has not written a checkpoint. */
const settledMs = 10_000;
/** A computation keeps failing if it has failed this often and never written a checkpoint since. */
const repeatedFailures = 5;

/** @param addressOf the program in the context of a stack */
export function programPlugin(addressOf: (context: ProcessorContext) => ProgramOptions): ProcessorPlugin {
  return {
    computation: (context) => createProgramProcessor(addressOf(context), context),
    async progress(context, deadline): Promise<readonly PartitionProgress[]> {
      const computation = (await listComputations(addressOf(context), deadline)).find(({ name }) => name === nameOf(context.windows));
      return computation?.positions ?? [];
    },
    async view(context, deadline): Promise<readonly ComputationView[]> {
      return (await listComputations(addressOf(context), deadline)).map(({ id, name, state, startedAtMs, failures, facts }) => ({
        id,
        name,
        state,
        durationMs: Date.now() - startedAtMs,
        facts: { ...facts, failures },
      }));
    },
  };
}

function nameOf(windows: Pick<TopicIdentity, "name">): string {
  return `streamctl-${windows.name}`;
}

export function createProgramProcessor(program: ProgramOptions, context: ProcessorContext): Processor {
  const { transactions, transactionsPartitions, windows, data, declarations, brokersForServices } = context;
  const name = nameOf(windows);
  const spec = specDocument(onlyStream, onlyWindow, { source: transactions.name, sink: windows.name });
  const identity: ProcessorIdentity = {
    statements: shortHash(
      [
        JSON.stringify(spec),
        ...program.sources.map((path) => declarations.read(path)),
        ...(program.readsAddedPartitions ? [] : [transactions.partitions ?? transactionsPartitions]),
      ].join("\n"),
    ),
    transactionsTopicId: transactions.id,
    windowsTopicId: windows.id,
  };
  const checkpoints = { uri: `${data?.root ?? ""}/checkpoints`, files: data, folder: "checkpoints" };
  const request: ProgramRequest = {
    name,
    identity,
    brokers: brokersForServices,
    checkpoints: checkpointDirectory(checkpoints, identity),
    spec,
  };
  return {
    name: program.name,
    computation: name,
    wanted: identity,
    async observe(deadline) {
      const [listed, previous] = await Promise.all([listComputations(program, deadline), previousIdentities(checkpoints)]);
      const computations = listed
        .filter((one) => one.name === name)
        .map(({ id, identity: found, state }) => ({
          id,
          state: state === "STOPPING" ? ("stopping" as const) : ("running" as const),
          ...(found === undefined ? {} : { identity: found }),
        }));
      return { computations, previous };
    },
    // Computations end with the program; their checkpoints remain.
    afterRestart: (last) => ({ computations: [], previous: last === undefined ? [] : [last] }),
    plan: (observed) => planProcessor(observed, identity),
    parts: () => [],
    validate: (deadline) => validateComputation(program, request, deadline),
    async apply(plan, deadline) {
      if (!startsComputation(plan)) return;
      // Also stops the computation that a killed `up` may have started after this plan was made.
      await stopComputation(program, name, deadline);
      if (!plan.resume) await deleteCheckpoints(checkpoints, identity);
      await startComputation(program, request, deadline);
      await deleteOtherCheckpoints(checkpoints, identity);
    },
    async stop(deadline) {
      const running = (await listComputations(program, deadline)).filter((one) => one.name === name);
      await stopComputation(program, name, deadline);
      return running.map(({ id }) => id);
    },
    async health(deadline) {
      const computation = (await listComputations(program, deadline)).find((one) => one.name === name);
      return computation === undefined ? { healthy: false, detail: `no computation "${name}"` } : healthOf(computation, Date.now());
    },
  };
}

/** Only a checkpoint proves that a computation works: it may fail at the same record again and again. Pure. */
export function healthOf({ state, startedAtMs, lastProgressAtMs, failures, lastFailure }: ProgramComputation, nowMs: number): Health {
  const sinceMs = Math.max(startedAtMs, lastFailure?.atMs ?? 0);
  const progressed = lastProgressAtMs !== undefined && lastProgressAtMs >= sinceMs;
  if (state === "RUNNING" && (progressed || nowMs - sinceMs > settledMs)) return { healthy: true, detail: state };
  const since = lastFailure === undefined ? "" : " since it failed";
  const trouble = state === "RUNNING" ? `${state}; no checkpoint has completed${since === "" ? " yet" : since}` : state;
  return {
    healthy: false,
    detail: lastFailure === undefined ? trouble : `${trouble}: ${lastFailure.message}`,
    ...(failures >= repeatedFailures && !progressed ? { keepsFailing: true } : {}),
  };
}
