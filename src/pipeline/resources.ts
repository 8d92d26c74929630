/** Whether what the services of a stack hold works, as `status` shows it: topics, the job that computes the windows, the table. */

import { openDeclarations } from "../core/assets.ts";
import { messageOf, StreamctlError } from "../core/errors.ts";
import type { Resource } from "../core/resource.ts";
import { stepDeadline } from "../core/step-deadline.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";
import { endpointsOf } from "./endpoints.ts";
import { buildGraph, type Graph } from "./graph/graph.ts";
import { openProcessors } from "./stack-processor.ts";
import { chosenServices } from "./stack-services.ts";
import type { Runtime } from "../stack/runtime.ts";
import { desireStack, type ServiceStatus } from "../stack/stack.ts";
import type { StackChoices } from "../state/choices.ts";

export interface ResourceStatus {
  readonly kind: string;
  readonly name: string;
  /** `unknown`: the service that holds it is not healthy, so it was not asked. */
  readonly state: "healthy" | "unhealthy" | "unknown";
  readonly detail: string;
  /** It failed again and again, and there is no sign that waiting helps. */
  readonly keepsFailing?: true;
}

/** Longest time for an engine to answer about what it holds, in milliseconds. */
const lookTimeoutMs = 5000;

/** Looks at everything that the stack's services are meant to hold. Changes nothing. @throws StreamctlError `interrupted`, `native` */
export async function observeResources(
  { choices, stackId }: { readonly choices: StackChoices; readonly stackId: string },
  services: readonly Pick<ServiceStatus, "name" | "state">[],
  runtime: Runtime,
  { declarationsDir, log, signal }: PipelineContext,
): Promise<readonly ResourceStatus[]> {
  const endpoints = endpointsOf(choices);
  const declarations = openDeclarations(declarationsDir);
  const graph = buildGraph({
    choices,
    endpoints,
    processors: await openProcessors(choices, { endpoints, runtime, declarations, stackId }),
    desired: desireStack(chosenServices(choices), runtime),
    records: [],
    unrecorded: [],
    remembered: [],
    runtime,
    kafkaProbe,
    declarations,
    log,
  });
  return await healthOf(graph, services, signal);
}

/** Health of each resource of a graph that another one holds. @throws StreamctlError `interrupted`, `native` */
export async function healthOf(
  graph: Graph,
  services: readonly Pick<ServiceStatus, "name" | "state">[],
  signal: AbortSignal,
): Promise<readonly ResourceStatus[]> {
  const statuses = graph.map(async (resource) => {
    const service = services.find(({ name }) => name === resource.holder?.name);
    return service === undefined || resource.health === undefined ? [] : [await statusOf(resource, service, signal)];
  });
  return (await Promise.all(statuses)).flat();
}

async function statusOf(resource: Resource, service: Pick<ServiceStatus, "name" | "state">, signal: AbortSignal): Promise<ResourceStatus> {
  const { kind, name } = resource;
  if (service.state !== "healthy") return { kind, name, state: "unknown", detail: `${service.name} is ${service.state}` };
  try {
    const { healthy = false, detail = "", ...facts } = (await resource.health?.(stepDeadline(lookTimeoutMs, signal))) ?? {};
    return { kind, name, state: healthy ? "healthy" : "unhealthy", detail, ...facts };
  } catch (error) {
    if (!(error instanceof StreamctlError) || error.code === "interrupted" || error.code === "native") throw error;
    // A service that does not answer is not known to serve anything.
    return { kind, name, state: "unhealthy", detail: messageOf(error) };
  }
}
