/** `down`: executes the plan of a graph in which nothing is desired. Keeps the data unless `--volumes` is given. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openDeclarations } from "../core/assets.ts";
import { hasCode, isDiskFull, messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { executePlan } from "../core/resource-execution.ts";
import { observeGraph, planGraph } from "../core/resource-plan.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";
import { observationDeadline } from "./decision.ts";
import { endpointsOf } from "./endpoints.ts";
import { serviceGraph } from "./graph/graph.ts";
import type { ServiceActions } from "./graph/service.ts";
import { recoverKilledStart } from "./killed-start.ts";
import { findLeftBehind, findLeftContainers } from "./left-behind.ts";
import { openRuntime } from "./open-runtime.ts";
import { requireSameOffset } from "./running-stack.ts";
import { type ChosenProcessor, externalServer, openProcessor, warnOfServers } from "./stack-processor.ts";
import { stoppable } from "./stack-services.ts";
import type { ExternalServer } from "../processors/plugin.ts";
import { observeProcesses } from "../stack/stack.ts";
import { type StopContext, stopRuns } from "../stack/stop.ts";
import { unrecordedServices } from "../stack/unrecorded.ts";
import type { StackChoices } from "../state/choices.ts";
import { RunRecorder } from "../state/run-recorder.ts";
import { identityFor, readRunState, type RunState, type ServiceRecord } from "../state/run-state.ts";
import type { RunningService } from "../state/service-identity.ts";
import { withStackLockUnlessDiskFull } from "../state/stack-lock.ts";
import { isOwnEntry, type StateFolder } from "../state/state-folder.ts";

export interface DownReport {
  readonly stopped: readonly string[];
  /** Descriptions of containers and volumes of stacks whose state no longer exists. Only the user can decide to remove them. */
  readonly left: readonly string[];
  /** Whether all data of the stack was deleted. */
  readonly volumesRemoved: boolean;
  readonly elapsedMs: number;
}

export interface DownRequest {
  /** Delete all data of the stack. */
  readonly volumes: boolean;
  readonly portOffset: number | undefined;
}

export async function down(options: DownRequest, context: PipelineContext): Promise<DownReport> {
  const { folder } = context;
  const startedAt = performance.now();
  const report = (stopped: readonly string[], left: readonly string[] = []): DownReport => ({
    stopped,
    left,
    volumesRemoved: options.volumes && left.length === 0,
    elapsedMs: Math.round(performance.now() - startedAt),
  });
  if (!(await exists(folder.root))) {
    const { stopped, left } = await stopLeftBehind(context);
    return report(stopped, left);
  }
  return await withStackLockUnlessDiskFull(context, async () => {
    await recoverKilledStart({ folder, log: context.log });
    // Read the state only with the lock held: a first `up` writes it late.
    const state = await readRunState(folder);
    if (state === undefined) {
      const { stopped, left } = await stopLeftBehind(context);
      if (options.volumes) await removeOwnEntries(folder);
      return report(stopped, left);
    }
    requireSameOffset(folder, state, options.portOffset);
    await releaseFromServers(state, options.volumes, context);
    const names = await stopRunning(state, context);
    if (options.volumes) {
      await forgetContainers(state.stack.id, context);
      await removeOwnEntries(folder);
    }
    return report(names, options.volumes ? await findLeftContainers(context) : []);
  });
}

async function removeOwnEntries({ root }: StateFolder): Promise<void> {
  const entries = (await readdir(root)).filter(isOwnEntry);
  for (const entry of entries) await rm(join(root, entry), { recursive: true, force: true });
}

/** Stops services that were started from a folder without state. */
async function stopLeftBehind(
  context: PipelineContext,
): Promise<{ readonly stopped: readonly string[]; readonly left: readonly string[] }> {
  const { folder, log } = context;
  const { services, runtime, left } = await findLeftBehind(context);
  if (services.length > 0)
    log.warn(`The state of "${folder.root}" does not exist, but services that were started from it are still running`);
  const stopped = await stopAll({ runtime: "local", portOffset: 0 }, { records: [], unrecorded: services, runtime, log });
  return { stopped, left };
}

/**
 * External servers are not stopped. Without `--volumes` the stack's objects there remain; their queries wait for Kafka and continue with the
 * next `up`. With `--volumes` the objects are removed while Kafka is still running.
 */
async function releaseFromServers(state: RunState, volumes: boolean, context: PipelineContext): Promise<void> {
  if (volumes) warnOfServers(state.choices, context.log);
  for (const chosen of [state.choices, ...(state.choices.abandoned ?? [])]) {
    const server = externalServer(chosen);
    if (server !== undefined && volumes) await releaseFromServer(chosen, server, state, context);
    else if (server !== undefined) context.log.info(server.afterStop);
  }
}

async function releaseFromServer(
  chosen: ChosenProcessor,
  server: ExternalServer,
  state: RunState,
  { folder, declarationsDir, log, signal }: PipelineContext,
): Promise<void> {
  const stackId = state.stack.id;
  const endpoints = endpointsOf(state.choices);
  const runtime = await openRuntime(state.choices, { folder, stackId, log });
  const kafka = state.services.find(({ name }) => name === "kafka");
  const processor = await openProcessor(chosen, { endpoints, runtime, declarations: openDeclarations(declarationsDir), stackId });
  const { plugin, declaration } = processor;
  try {
    if (!kafka || !(await runtime.isRunning(kafka.identity)))
      throw new Error(`Kafka is not running, and ${declaration.label} cannot drop objects without it`);
    await plugin.release?.(processor.contextFor(), log, signal);
    log.warn(server.afterRemoval);
  } catch (error) {
    // `down --volumes` must still delete the local data, so only report what remains on the server.
    if (hasCode(error, "interrupted")) throw error;
    const names = (plugin.ownObjects?.(processor.contextFor()) ?? []).join(", ");
    log.warn(`Objects of this stack remain on ${declaration.label} at ${server.endpoint} (${names}): ${messageOf(error)}`);
  }
}

async function stopRunning(state: RunState, { folder, log }: PipelineContext): Promise<readonly string[]> {
  const recorder = new RunRecorder(folder, { ...state, stack: await identityFor(folder, state) });
  // Stops are not interruptible: a second Ctrl-C ends the command, but the services still stop.
  const runtime = await openRuntime(state.choices, { folder, stackId: state.stack.id, log });
  await runtime.endArchiving();
  const [unrecorded, observed] = await Promise.all([unrecordedServices(state, runtime), observeProcesses(state, runtime)]);
  // If the state cannot be written, the next command detects that the service has ended.
  const remember: typeof recorder.remember = async (name, record) => {
    await recorder.remember(name, record).catch((error: unknown) => {
      if (!isDiskFull(error)) throw error;
    });
  };
  const running = new Set(observed.filter((process) => process.state === "running").map(({ name }) => name));
  const records = state.services.filter(({ name }) => running.has(name));
  const forget = async (service: RunningService): Promise<void> => await recorder.forget(service, remember);
  const stopped = await stopAll(state.choices, { records, unrecorded, runtime, log, forget });
  for (const service of observed) if (service.state === "exited") await remember(service.name, undefined);
  return stopped;
}

interface Running extends StopContext {
  readonly records: readonly ServiceRecord[];
  /** Running services that have the stack's mark but are not in the state. */
  readonly unrecorded: readonly RunningService[];
}

/** Executes the plan of a graph in which nothing is desired: dependent services stop first. Returns the names of the stopped services. */
async function stopAll(
  choices: Pick<StackChoices, "runtime" | "portOffset">,
  { records, unrecorded, runtime, log, forget }: Running,
): Promise<readonly string[]> {
  const names = new Set([...records, ...unrecorded].map(({ name }) => name));
  const unwanted = stoppable(names, choices).map((service) => ({ service, why: "requested" }));
  const actions: ServiceActions = {
    execute: async () => await Promise.reject(new StreamctlError("internal", "Cannot start a service: none is desired")),
    stop: async (runs, timeoutMs) => await stopRuns(runs, timeoutMs, { runtime, log, forget }),
  };
  const graph = serviceGraph({ unwanted, records, unrecorded, runtime, kafkaProbe, actions });
  const never = new AbortController().signal;
  const plan = planGraph(graph, await observeGraph(graph, () => observationDeadline(never)));
  const timeoutMs = Math.max(0, ...unwanted.map(({ service }) => service.stopTimeoutMs)) + 30_000;
  const stopped = await executePlan(plan, { log, signal: never, failure: new AbortController(), timeoutMs });
  return stopped.map(({ resource }) => resource.name);
}

/** Removes containers and volumes, which are outside the state folder. The current runtime may be another one. */
async function forgetContainers(stackId: string, { folder, log }: PipelineContext): Promise<void> {
  if (!(await exists(folder.composeDir))) return;
  const runtime = await openRuntime({ runtime: "docker", portOffset: 0 }, { folder, stackId, log });
  await runtime.forget();
}

async function exists(path: string): Promise<boolean> {
  try {
    await readdir(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
