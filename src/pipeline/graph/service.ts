/** A service as a resource: a process or container that streamctl starts and stops. */

import type { OperationKind, Resource } from "../../core/resource.ts";
import type { KafkaProbe } from "../../stack/health.ts";
import { decideService, decideUnwanted, type DesiredService, type ServiceObservation } from "../../stack/plan.ts";
import type { Runtime } from "../../stack/runtime.ts";
import type { ServiceDefinition } from "../../stack/service.ts";
import { observeRecord } from "../../stack/stack.ts";
import type { ServiceRecord } from "../../state/run-state.ts";
import type { RunningService } from "../../state/service-identity.ts";

/** Operations on services during the execution of a plan. */
export interface ServiceActions {
  execute(operation: OperationKind, service: DesiredService, known: ServiceRecord | undefined, signal: AbortSignal): Promise<ServiceRecord>;
  /** Stops all instances of one service and removes them from the state. */
  stop(runs: readonly RunningService[], timeoutMs: number): Promise<void>;
}

/** The part of a service definition that is needed to stop it. */
export type StoppableService = Pick<ServiceDefinition, "name" | "after" | "needs" | "stopTimeoutMs">;

/** A running service that is not desired, and why it is to be stopped, such as `requested`. */
export interface UnwantedService {
  readonly service: StoppableService;
  readonly why: string;
}

export interface ServiceOptions {
  readonly wanted: DesiredService | UnwantedService;
  readonly record: ServiceRecord | undefined;
  /** Running instances that are not in the state. */
  readonly unrecorded: readonly RunningService[];
  readonly needs: readonly Resource[];
  readonly uses: readonly Resource[];
  readonly runtime: Runtime;
  readonly kafkaProbe: KafkaProbe;
  readonly actions: ServiceActions;
}

export type ServiceResource = Resource<ServiceObservation, ServiceRecord | undefined>;

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
      // Do not probe a service that is to be stopped: it may hang.
      const probe = "why" in wanted ? undefined : wanted.definition.probe;
      return { unrecordedPids, recorded: await observeRecord(record, probe, runtime, kafkaProbe) };
    },
    decide: (observed) => ("why" in wanted ? decideUnwanted(observed, wanted.why) : decideService(observed, wanted.definitionHash)),
    async apply({ operation }, { deadline, log }) {
      if ("why" in wanted) {
        await actions.stop([...unrecorded, ...(record ? [record] : [])], stopTimeoutMs);
        return { facts: undefined };
      }
      if (unrecorded.length > 0) {
        log.warn(`${name}: stopping an instance that is not in run.json`);
        await actions.stop(unrecorded, stopTimeoutMs);
      }
      const first = operation === "restart" && record === undefined ? "start" : operation;
      return { facts: await actions.execute(first, wanted, record, deadline.signal ?? neverFires) };
    },
  };
}

const neverFires = new AbortController().signal;

export function definitionIn(wanted: DesiredService | UnwantedService): StoppableService {
  return "why" in wanted ? wanted.service : wanted.definition;
}
