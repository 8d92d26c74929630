/** Plans and executes a stack of services only, on a given runtime. */

import { executePlan } from "../../src/core/resource-execution.ts";
import { observeGraph, planGraph } from "../../src/core/resource-plan.ts";
import { stepDeadline } from "../../src/core/step-deadline.ts";
import { serviceGraph } from "../../src/pipeline/graph/graph.ts";
import { type ExecutionContext, ServiceStarts } from "../../src/stack/execute.ts";
import type { DesiredService } from "../../src/stack/plan.ts";
import { stopRuns } from "../../src/stack/stop.ts";
import type { ServiceRecord } from "../../src/state/run-state.ts";
import type { RunningService } from "../../src/state/service-identity.ts";

export interface ServicesRun {
  /** Records of the ready services; rejects with the first failure. */
  readonly all: Promise<readonly ServiceRecord[]>;
  readonly starts: ServiceStarts;
  /** Fires when a service has failed or exited. */
  readonly failed: AbortSignal;
}

export function startServices(
  desired: readonly DesiredService[],
  context: ExecutionContext,
  records: readonly ServiceRecord[] = [],
): ServicesRun {
  const failure = new AbortController();
  const starts = new ServiceStarts(context, () => failure.abort());
  const all = async (): Promise<readonly ServiceRecord[]> => {
    const executed = await carryOut({ desired, records }, context, starts, failure);
    return executed.map(({ facts }) => facts as ServiceRecord);
  };
  return { all: all(), starts, failed: failure.signal };
}

export async function stopServices(
  desired: readonly DesiredService[],
  records: readonly ServiceRecord[],
  context: ExecutionContext,
): Promise<void> {
  const unwanted = desired.map(({ definition }) => ({ service: definition, why: "asked to stop" }));
  await carryOut({ unwanted, records }, context, undefined, new AbortController());
}

async function carryOut(
  services: Pick<Parameters<typeof serviceGraph>[0], "desired" | "unwanted" | "records">,
  { runtime, kafkaProbe, log, signal, timeoutMs, remember }: ExecutionContext,
  starts: ServiceStarts | undefined,
  failure: AbortController,
) {
  const forget = async ({ name }: RunningService): Promise<void> => await remember(name, undefined);
  const graph = serviceGraph({
    ...services,
    unrecorded: [],
    runtime,
    kafkaProbe,
    actions: {
      execute: async (...work) =>
        starts === undefined ? await Promise.reject(new Error("nothing is started")) : await starts.execute(...work),
      stop: async (runs, stopTimeoutMs) => await stopRuns(runs, stopTimeoutMs, { runtime, log, forget }),
    },
  });
  const plan = planGraph(graph, await observeGraph(graph, () => stepDeadline(timeoutMs, signal)));
  return await executePlan(plan, { log, signal, failure, timeoutMs });
}
