/** `status`: what runs, by each engine's own word, and whether the windows are being computed. */

import { openDeclarations, type Declarations } from "../core/assets.ts";
import { hasCode, messageOf } from "../core/errors.ts";
import { transactionsTopic, windowsTopic } from "../model/names.ts";
import { authorization } from "../provision/ksqldb/credentials.ts";
import { patienceFor } from "../provision/patience.ts";
import { isReady } from "../stack/health.ts";
import { readRunState, type StackChoices } from "../stack/run-state.ts";
import type { Runtime } from "../stack/runtime.ts";
import { ksqldbChecks } from "../stack/services/ksqldb.ts";
import { serviceStatuses, type ServiceStatus } from "../stack/stack.ts";
import { listServices, unrecordedServices } from "../stack/unrecorded.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";
import { endpointsOf } from "./endpoints.ts";
import { wantsExternal } from "./ksqldb.ts";
import { describeLeft, leftBehind, requireNothingRunning } from "./left-behind.ts";
import { openRuntime } from "./open-runtime.ts";
import { processorFor } from "./provisioning.ts";
import { requireSameOffset } from "./running-stack.ts";

export interface StatusReport {
  readonly runtime: string;
  readonly processor: string;
  readonly services: readonly ServiceStatus[];
  /** The job that computes the windows; null where the stack has none, or where its processor is not healthy. */
  readonly job: JobStatus | null;
}

export interface JobStatus {
  readonly name: string;
  readonly healthy: boolean;
  /** In the processor's words. */
  readonly detail: string;
}

/** Longest time for the processor to say how its job is, in milliseconds. */
const jobTimeoutMs = 5000;

/** Looks once. Where nothing was ever started, the report has no service. */
export async function status(
  portOffset: number | undefined,
  { folder, declarationsDir, log, signal }: PipelineContext,
): Promise<StatusReport> {
  const state = await readRunState(folder);
  if (!state) {
    const left = await leftBehind({ folder, log, signal });
    requireNothingRunning(left, folder.root);
    for (const stack of left.stacks) log.warn(`${describeLeft(stack, folder.root)}. Remove it: ${stack.removal}`);
    return { runtime: "none", processor: "none", services: [], job: null };
  }
  requireSameOffset(folder, state, portOffset);
  const { runtime, processor } = state.choices;
  const opened = await openRuntime(state.choices, { folder, stackId: state.stack.id, declarationsDir, log, signal });
  const unrecorded = await unrecordedServices(state, opened);
  if (unrecorded.length > 0)
    log.warn(`Running without being known to run.json: ${listServices(unrecorded)}. Type: streamctl up, or streamctl down`);
  const own = await serviceStatuses(state, opened, kafkaProbe);
  const services = wantsExternal(state.choices) ? [...own, await externalStatus(endpointsOf(state.choices).ksqldb, signal)] : own;
  const computing = services.find(({ name }) => name === processor);
  const job = computing?.state === "healthy" ? await jobStatus(state.choices, opened, openDeclarations(declarationsDir), signal) : null;
  return { runtime, processor, services, job };
}

/** Whether there is a stack, every service of it is healthy, and so is its job. */
export function isHealthy({ services, job }: StatusReport): boolean {
  return services.length > 0 && services.every(({ state }) => state === "healthy") && (job === null || job.healthy);
}

/** A server that is not ours has no process and no memory that we could know of. */
async function externalStatus(endpoint: string, signal: AbortSignal): Promise<ServiceStatus> {
  const checks = ksqldbChecks(endpoint).map((check) => ({ ...check, headers: authorization() }));
  const healthy = await isReady({ kind: "http", checks }, kafkaProbe, signal);
  return { name: "ksqldb", state: healthy ? "healthy" : "unhealthy", pid: null, uptimeMs: null, rssBytes: null, endpoint };
}

async function jobStatus(choices: StackChoices, runtime: Runtime, declarations: Declarations, signal: AbortSignal): Promise<JobStatus> {
  // A job is found by its name; which topics it works on decides `up`.
  const topic = (name: string) => ({ name, id: "any" });
  const processor = processorFor(
    { choices, endpoints: endpointsOf(choices), runtime, declarations },
    topic(transactionsTopic.name),
    topic(windowsTopic.name),
  );
  try {
    return { name: processor.computation, ...(await processor.health(patienceFor(jobTimeoutMs, signal))) };
  } catch (error) {
    // What does not answer is not known to compute anything.
    if (!hasCode(error, "unreachable") && !hasCode(error, "timeout")) throw error;
    return { name: processor.computation, healthy: false, detail: messageOf(error) };
  }
}
