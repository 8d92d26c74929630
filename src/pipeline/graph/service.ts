/** A service of the stack as a resource: processes or containers that streamctl starts and stops. */

import type { OperationKind, Resource } from "../../core/resource.ts";
import type { KafkaProbe } from "../../stack/health.ts";
import { decideService, decideUnwanted, type DesiredService, type ServiceSeen } from "../../stack/plan.ts";
import type { Runtime } from "../../stack/runtime.ts";
import type { ServiceDefinition } from "../../stack/service.ts";
import { observeRecord } from "../../stack/stack.ts";
import type { ServiceRecord } from "../../state/run-state.ts";
import type { RunningService } from "../../state/service-identity.ts";

/** What is done with services while a plan is carried out. */
export interface ServiceActions {
  bring(operation: OperationKind, service: DesiredService, known: ServiceRecord | undefined, signal: AbortSignal): Promise<ServiceRecord>;
  /** Stops the runs of one service and forgets them. */
  stop(runs: readonly RunningService[], timeoutMs: number): Promise<void>;
}

/** As much of a service as it takes to stop it. */
export type StoppableService = Pick<ServiceDefinition, "name" | "after" | "needs" | "stopTimeoutMs">;

/** A service that runs and is not wanted, and why it is to be stopped, such as `asked to stop`. */
export interface UnwantedService {
  readonly service: StoppableService;
  readonly why: string;
}

export interface ServiceOptions {
  readonly wanted: DesiredService | UnwantedService;
  readonly record: ServiceRecord | undefined;
  /** Runs of it that the state does not name. */
  readonly unrecorded: readonly RunningService[];
  readonly needs: readonly Resource[];
  readonly uses: readonly Resource[];
  readonly runtime: Runtime;
  readonly kafkaProbe: KafkaProbe;
  readonly actions: ServiceActions;
}

export type ServiceResource = Resource<ServiceSeen, ServiceRecord | undefined>;

export function serviceResource(options: ServiceOptions): ServiceResource {
  const { wanted, record, unrecorded, needs, uses, runtime, kafkaProbe, actions } = options;
  const { name, stopTimeoutMs } = definitionIn(wanted);
  return {
    kind: "service",
    name,
    needs,
    uses,
    async observe() {
      const unrecordedPids = unrecorded.map(({ identity }) => identity.pid);
      if (record === undefined) return { unrecordedPids };
      // An engine that is to be stopped is not asked: one that hangs is stopped all the same.
      const probe = "why" in wanted ? undefined : wanted.definition.probe;
      return { unrecordedPids, recorded: await observeRecord(record, probe, runtime, kafkaProbe) };
    },
    decide: (seen) => ("why" in wanted ? decideUnwanted(seen, wanted.why) : decideService(seen, wanted.definitionHash)),
    async apply({ operation }, { deadline, log }) {
      if ("why" in wanted) {
        await actions.stop([...unrecorded, ...(record ? [record] : [])], stopTimeoutMs);
        return { facts: undefined };
      }
      if (unrecorded.length > 0) {
        log.warn(`${name}: stopping a run of it that run.json does not name`);
        await actions.stop(unrecorded, stopTimeoutMs);
      }
      const first = operation === "restart" && record === undefined ? "start" : operation;
      return { facts: await actions.bring(first, wanted, record, deadline.signal ?? neverFires) };
    },
  };
}

const neverFires = new AbortController().signal;

export function definitionIn(wanted: DesiredService | UnwantedService): StoppableService {
  return "why" in wanted ? wanted.service : wanted.definition;
}
