/** `status`: what runs, by each engine's own word. */

import { readRunState } from "../stack/run-state.ts";
import { serviceStatuses, type ServiceStatus } from "../stack/stack.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";

export interface StatusReport {
  readonly runtime: string;
  readonly processor: string;
  readonly services: readonly ServiceStatus[];
}

/** Looks once. Where nothing was ever started, the report has no service. */
export async function status({ folder }: PipelineContext): Promise<StatusReport> {
  const state = await readRunState(folder);
  if (!state) return { runtime: "none", processor: "none", services: [] };
  return { runtime: state.choices.runtime, processor: state.choices.processor, services: await serviceStatuses(state, kafkaProbe) };
}

/** Whether there is a stack and every service of it is healthy. */
export function isHealthy(report: StatusReport): boolean {
  return report.services.length > 0 && report.services.every(({ state }) => state === "healthy");
}
