/** `status`: the state of each service, topic, job and table, as reported by the engines. */

import { openDeclarations } from "../core/assets.ts";
import { hasCode } from "../core/errors.ts";
import { withinStep } from "../core/step-deadline.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";
import { endpointsOf } from "./endpoints.ts";
import { readStack } from "./killed-start.ts";
import { findLeftBehind, requireNothingRunning } from "./left-behind.ts";
import { openRuntime } from "./open-runtime.ts";
import { withoutAbsent } from "./optional-services.ts";
import { observeResources, type ResourceStatus } from "./resources.ts";
import { requireSameOffset } from "./running-stack.ts";
import { externalServer, openProcessor, wantsExternal, warnOfServers } from "./stack-processor.ts";
import { chosenServices } from "./stack-services.ts";
import type { ComputationView, ExternalServer, PartitionProgress } from "../processors/plugin.ts";
import { isReady } from "../stack/health.ts";
import type { Runtime } from "../stack/runtime.ts";
import { type ServiceStatus, serviceStatuses } from "../stack/stack.ts";
import { listServices, unrecordedServices } from "../stack/unrecorded.ts";
import type { RunState } from "../state/run-state.ts";

export interface StatusReport {
  readonly runtime: string;
  readonly processor: string;
  readonly services: readonly ServiceStatus[];
  /** Topics, the job that computes the windows, and the table. */
  readonly resources: readonly ResourceStatus[];
  /** The job, which is also in `resources`; null if the stack has none, or its processor is not healthy. */
  readonly job: JobStatus | null;
  /** Progress and view of the computation; null if there is no job, or the processor does not report them. */
  readonly computation: ComputationStatus | null;
}

export interface ComputationStatus {
  readonly progress: readonly PartitionProgress[];
  readonly view: readonly ComputationView[];
}

export interface JobStatus {
  readonly name: string;
  readonly healthy: boolean;
  /** As reported by the processor. */
  readonly detail: string;
}

/** Returns the current status; without services if nothing was ever started. */
export async function status(portOffset: number | undefined, context: PipelineContext): Promise<StatusReport> {
  const { folder, declarationsDir, log, signal } = context;
  const state = await readStack(context);
  if (!state) {
    requireNothingRunning(await findLeftBehind(context), folder.root);
    return { runtime: "none", processor: "none", services: [], resources: [], job: null, computation: null };
  }
  requireSameOffset(folder, state, portOffset);
  const { runtime, processor } = state.choices;
  const opened = await openRuntime(state.choices, { folder, stackId: state.stack.id, declarationsDir, log, signal });
  const unrecorded = await unrecordedServices(state, opened);
  if (unrecorded.length > 0) log.warn(`Running, but not in run.json: ${listServices(unrecorded)}. Run: streamctl up, or: streamctl down`);
  warnOfServers(state.choices, log);
  const own = await serviceStatuses(state, withoutAbsent(chosenServices(state.choices), state.choices, state.services), opened, kafkaProbe);
  const external = wantsExternal(state.choices) ? externalServer(state.choices) : undefined;
  const services = external ? [...own, await externalStatus(processor, external, signal)] : own;
  const resources = await observeResources({ choices: state.choices, stackId: state.stack.id }, services, opened, context);
  const job = jobOf(resources);
  const computation = job === null ? null : await computationOf(state, opened, context);
  return { runtime, processor, services, resources, job, computation };
}

/** Timeout for progress and view. */
const lookTimeoutMs = 5000;

async function computationOf(
  { choices, stack }: RunState,
  runtime: Runtime,
  { declarationsDir, signal }: PipelineContext,
): Promise<ComputationStatus | null> {
  const place = { endpoints: endpointsOf(choices), runtime, declarations: openDeclarations(declarationsDir), stackId: stack.id };
  const processor = await openProcessor(choices, place);
  const { plugin } = processor;
  try {
    const [progress, view] = await withinStep(
      lookTimeoutMs,
      signal,
      async (deadline) =>
        await Promise.all([plugin.progress(processor.contextFor(), deadline), plugin.view(processor.contextFor(), deadline)]),
    );
    return { progress, view };
  } catch (error) {
    // The health of the job reports the reason.
    if (hasCode(error, "processor") || hasCode(error, "unreachable") || hasCode(error, "timeout")) return null;
    throw error;
  }
}

/** Whether there is a stack whose services and resources are all healthy. */
export function isHealthy({ services, resources }: Pick<StatusReport, "services" | "resources">): boolean {
  return services.length > 0 && [...services, ...resources].every(({ state }) => state === "healthy");
}

function jobOf(resources: readonly ResourceStatus[]): JobStatus | null {
  const job = resources.find(({ kind }) => kind === "job");
  return job === undefined || job.state === "unknown" ? null : { name: job.name, healthy: job.state === "healthy", detail: job.detail };
}

/** Process and memory of an external server are unknown. */
async function externalStatus(name: string, { endpoint, probe }: ExternalServer, signal: AbortSignal): Promise<ServiceStatus> {
  const healthy = await isReady(probe(), kafkaProbe, signal);
  return { name, state: healthy ? "healthy" : "unhealthy", pid: null, uptimeMs: null, rssBytes: null, endpoint, detail: null };
}
