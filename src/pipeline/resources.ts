/** Health of the resources within the services of a stack, for `status`: topics, the job that computes the windows, the table, dashboards. */

import { openDeclarations } from "../core/assets.ts";
import { messageOf, StreamctlError } from "../core/errors.ts";
import type { Resource } from "../core/resource.ts";
import { withinStep } from "../core/step-deadline.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";
import { endpointsOf } from "./endpoints.ts";
import { buildGraph, type Graph } from "./graph/graph.ts";
import { openDashboards } from "./stack-dashboards.ts";
import { openProcessors } from "./stack-processor.ts";
import { chosenServices } from "./stack-services.ts";
import type { Runtime } from "../stack/runtime.ts";
import { desireStack, type ServiceStatus } from "../stack/stack.ts";
import type { StackChoices } from "../state/choices.ts";

export interface ResourceStatus {
  readonly kind: string;
  readonly name: string;
  /** `unknown`: its service is not healthy, so it was not checked. */
  readonly state: "healthy" | "unhealthy" | "unknown";
  readonly detail: string;
  /** It failed repeatedly, so waiting is unlikely to help. */
  readonly keepsFailing?: true;
}

/** Timeout per health check. */
const lookTimeoutMs = 5000;

/** The stack whose resources are checked. */
interface CheckedStack {
  readonly choices: StackChoices;
  readonly stackId: string;
}

/** Checks all resources that the stack's services should have. Read-only. @throws StreamctlError `interrupted`, `native` */
export async function observeResources(
  stack: CheckedStack,
  services: readonly Pick<ServiceStatus, "name" | "state">[],
  runtime: Runtime,
  context: PipelineContext,
): Promise<readonly ResourceStatus[]> {
  return await healthOf(await openResources(stack, runtime, context), services, context.signal);
}

/** The resources that the stack's services should have, for `healthOf`. They keep connections and sessions between two checks. */
export async function openResources(
  { choices, stackId }: CheckedStack,
  runtime: Runtime,
  { folder, declarationsDir, log }: PipelineContext,
): Promise<Graph> {
  const endpoints = endpointsOf(choices);
  const declarations = openDeclarations(declarationsDir);
  const definitions = chosenServices(choices);
  return buildGraph({
    choices,
    endpoints,
    processors: await openProcessors(choices, { endpoints, runtime, declarations, stackId }),
    dashboards: await openDashboards(definitions, { endpoints, declarations, folder, runtime }),
    desired: desireStack(definitions, runtime),
    records: [],
    unrecorded: [],
    remembered: [],
    runtime,
    kafkaProbe,
    declarations,
    log,
  });
}

/** Health of each resource of a graph that belongs to a service. @throws StreamctlError `interrupted`, `native` */
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
    const {
      healthy = false,
      detail = "",
      ...facts
    } = (await withinStep(lookTimeoutMs, signal, async (deadline) => await resource.health?.(deadline))) ?? {};
    return { kind, name, state: healthy ? "healthy" : "unhealthy", detail, ...facts };
  } catch (error) {
    if (!(error instanceof StreamctlError) || error.code === "interrupted" || error.code === "native") throw error;
    // If the service does not respond, the resource counts as unhealthy.
    return { kind, name, state: "unhealthy", detail: messageOf(error) };
  }
}
