/** `down`: the same stack with nothing desired. Keeps the data unless told otherwise. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openDeclarations } from "../core/assets.ts";
import { hasCode, isDiskFull, messageOf, systemCode } from "../core/errors.ts";
import { everyService } from "./catalog.ts";
import type { PipelineContext } from "./context.ts";
import { endpointsOf } from "./endpoints.ts";
import { settleKilledStart } from "./killed-start.ts";
import { abandonedServers, externalServer, releaseServer, warnOfExposedCredentials } from "./ksqldb.ts";
import { findLeftBehind, findLeftContainers } from "./left-behind.ts";
import { openRuntime } from "./open-runtime.ts";
import { ksqldbPlace } from "./provisioning.ts";
import { requireSameOffset } from "./running-stack.ts";
import { withStackLockOrNoRoom } from "./stack-lock.ts";
import { planStop } from "../stack/plan.ts";
import { observeProcesses } from "../stack/stack.ts";
import { stopServices } from "../stack/stop.ts";
import { unrecordedServices } from "../stack/unrecorded.ts";
import { RunRecorder } from "../state/run-recorder.ts";
import { identityFor, readRunState, type RunState } from "../state/run-state.ts";
import { isOwnEntry, type StateFolder } from "../state/state-folder.ts";

export interface DownReport {
  readonly stopped: readonly string[];
  /** What a container engine keeps of a stack whose state is gone, in words; nobody but the user knows whether it may go. */
  readonly left: readonly string[];
  /** Whether everything that the stack ever kept was deleted. */
  readonly volumesRemoved: boolean;
  readonly elapsedMs: number;
}

export interface DownRequest {
  /** Delete everything that the stack ever kept. */
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
  return await withStackLockOrNoRoom(context, async () => {
    // Not before the lock is held: a first `up` writes its state late.
    if ((await readRunState(folder)) === undefined) {
      const { stopped, left } = await stopLeftBehind(context);
      if (options.volumes) await removeOwnEntries(folder);
      return report(stopped, left);
    }
    await settleKilledStart({ folder, log: context.log });
    await partFromServers(options.volumes, context);
    const names = await stopRunning(options.portOffset, context);
    if (options.volumes) {
      await forgetContainers(context);
      await removeOwnEntries(folder);
    }
    return report(names, options.volumes ? await findLeftContainers(context) : []);
  });
}

async function removeOwnEntries({ root }: StateFolder): Promise<void> {
  const entries = (await readdir(root)).filter(isOwnEntry);
  for (const entry of entries) await rm(join(root, entry), { recursive: true, force: true });
}

/** Of a folder whose state was deleted, or that never had one. */
async function stopLeftBehind(
  context: PipelineContext,
): Promise<{ readonly stopped: readonly string[]; readonly left: readonly string[] }> {
  const { folder, log } = context;
  const { services, runtime, left } = await findLeftBehind(context);
  if (services.length > 0) log.warn(`The state of "${folder.root}" is gone, but services that were started from it still run`);
  await stopServices(services, { runtime, definitions: everyService({ runtime: "local", portOffset: 0 }), log });
  return { stopped: [...new Set(services.map(({ name }) => name))], left };
}

/**
 * A ksqlDB server that is not ours is not stopped. As long as the data stays, so do our queries there: they wait for Kafka and go on
 * with the next `up`. With the data, what is ours there goes too, while Kafka still runs.
 */
async function partFromServers(volumes: boolean, context: PipelineContext): Promise<void> {
  const state = await readRunState(context.folder);
  if (!state) return;
  if (volumes) warnOfExposedCredentials(state.choices, context.log);
  const urls = [externalServer(state.choices), ...abandonedServers(state.choices)];
  for (const url of urls) if (url !== undefined) await partFromServer(url, state, volumes, context);
}

async function partFromServer(
  url: string,
  state: RunState,
  volumes: boolean,
  { folder, declarationsDir, log, signal }: PipelineContext,
): Promise<void> {
  if (!volumes) {
    log.info(`ksqlDB at ${url} is not ours and goes on: its queries wait for Kafka until the next up`);
    return;
  }
  const endpoints = endpointsOf(state.choices);
  const runtime = await openRuntime(state.choices, { folder, stackId: state.stack.id, log });
  const kafka = state.services.find(({ name }) => name === "kafka");
  try {
    if (!kafka || !(await runtime.isRunning(kafka.identity)))
      throw new Error("Kafka does not run any more, and without it ksqlDB drops nothing");
    await releaseServer(ksqldbPlace(url, false, { endpoints, declarations: openDeclarations(declarationsDir) }), log, signal);
    log.warn(`ksqlDB at ${url} keeps its commands in the Kafka that is deleted now: start it anew before the next up`);
  } catch (error) {
    // What was asked for is that nothing is left here: it is said what stays there.
    if (hasCode(error, "interrupted")) throw error;
    const names = "TRANSACTIONS, PAID_TRANSACTIONS and WINDOW_TRANSACTIONS";
    log.warn(`What streamctl made on ksqlDB at ${url} stays (${names}): ${messageOf(error)}`);
  }
}

async function stopRunning(portOffset: number | undefined, { folder, log }: PipelineContext): Promise<readonly string[]> {
  const state = await readRunState(folder);
  if (!state) return [];
  requireSameOffset(folder, state, portOffset);
  const recorder = new RunRecorder(folder, { ...state, stack: await identityFor(folder, state) });
  // A stop is not interrupted half-way: a second Ctrl-C ends the command, the services stop all the same.
  const runtime = await openRuntime(state.choices, { folder, stackId: state.stack.id, log });
  const [unrecorded, observed] = await Promise.all([unrecordedServices(state, runtime), observeProcesses(state, runtime)]);
  const names = new Set(planStop(observed).map(({ target }) => target));
  // What stopped and could not be written down is seen as gone by the next command.
  const remember: typeof recorder.remember = async (name, record) => {
    await recorder.remember(name, record).catch((error: unknown) => {
      if (!isDiskFull(error)) throw error;
    });
  };
  const running = [...unrecorded, ...state.services.filter(({ name }) => names.has(name))];
  await stopServices(running, {
    runtime,
    definitions: everyService(state.choices),
    log,
    forget: async (service) => await recorder.forget(service, remember),
  });
  for (const { name, state: seen } of observed) if (seen === "gone") await remember(name, undefined);
  return [...new Set(running.map(({ name }) => name))];
}

/** Containers and volumes lie outside of the state folder, whichever runtime was chosen last. */
async function forgetContainers({ folder, log }: PipelineContext): Promise<void> {
  if (!(await exists(folder.composeDir))) return;
  const stackId = (await readRunState(folder))?.stack.id;
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
