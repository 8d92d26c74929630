/** Builds the resource graph of a stack: the resources that its choices require, and running services that they do not. */

import type { Declarations } from "../../core/assets.ts";
import { StreamctlError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import type { Resource } from "../../core/resource.ts";
import type { Endpoints } from "../endpoints.ts";
import { computationResource, type ComputationResource } from "./computation.ts";
import { type Dashboards, dashboardResource } from "./dashboard.ts";
import { externalService, releasedComputation } from "./external.ts";
import { definitionIn, type ServiceActions, serviceResource, type UnwantedService } from "./service.ts";
import { tableResource } from "./table.ts";
import { topicResource } from "./topic.ts";
import { type StackProcessors, wantsExternal, windowsTopicOf } from "../stack-processor.ts";
import { transactionsTopic } from "../../spec/names.ts";
import type { KafkaProbe } from "../../stack/health.ts";
import type { DesiredService } from "../../stack/plan.ts";
import type { Runtime } from "../../stack/runtime.ts";
import { withDependencies } from "../../stack/service-order.ts";
import type { StackChoices } from "../../state/choices.ts";
import type { ResourceRecord, ServiceRecord } from "../../state/run-state.ts";
import type { RunningService, ServiceName } from "../../state/service-identity.ts";
import { supersetService } from "../../dashboards/superset/service.ts";
import { pinotBrokersVariable } from "../../stores/pinot/service.ts";

export interface ServiceGraphOptions {
  /** Services that the choices require. */
  readonly desired?: readonly DesiredService[];
  /** Other services that are running or in the state, and why each is to be stopped. */
  readonly unwanted?: readonly UnwantedService[];
  readonly records: readonly ServiceRecord[];
  /** Running services that have the stack's mark but are not in the state. */
  readonly unrecorded: readonly RunningService[];
  readonly runtime: Runtime;
  readonly kafkaProbe: KafkaProbe;
  /** Absent if the graph is not executed. */
  readonly actions?: ServiceActions | undefined;
}

export interface GraphOptions extends ServiceGraphOptions {
  readonly desired: readonly DesiredService[];
  readonly choices: StackChoices;
  readonly endpoints: Endpoints;
  readonly processors: StackProcessors;
  /** Absent if the stack has no service for them. */
  readonly dashboards?: Dashboards | undefined;
  readonly remembered: readonly ResourceRecord[];
  readonly declarations: Declarations;
  readonly log: Log;
}

/** Resources in display order. */
export type Graph = readonly Resource[];

export function buildGraph(options: GraphOptions): Graph {
  const services = serviceResources(options);
  return [...services.values(), ...pipelineResources(options, services)];
}

/** The graph of only the services of a stack. */
export function serviceGraph(options: ServiceGraphOptions): Graph {
  return [...serviceResources(options).values()];
}

function serviceResources(options: ServiceGraphOptions): ReadonlyMap<ServiceName, Resource> {
  const { desired = [], unwanted = [], records, unrecorded, runtime, kafkaProbe, actions = noActions } = options;
  const all: readonly (DesiredService | UnwantedService)[] = [...desired, ...unwanted];
  const definitions = all.map(definitionIn);
  const made = new Map<ServiceName, Resource>();
  const resourcesOf = (names: Iterable<ServiceName>): readonly Resource[] =>
    all.filter((one) => [...names].includes(definitionIn(one).name)).map(make);
  const make = (one: DesiredService | UnwantedService): Resource => {
    const { name, after } = definitionIn(one);
    const known = made.get(name);
    if (known !== undefined) return known;
    const resource = serviceResource({
      wanted: one,
      record: records.find((record) => record.name === name),
      unrecorded: unrecorded.filter((run) => run.name === name),
      needs: resourcesOf(after),
      // Direct and indirect dependencies: those in between may not be running.
      uses: resourcesOf([...withDependencies([name], definitions)].filter((other) => other !== name)),
      runtime,
      kafkaProbe,
      actions,
    });
    made.set(name, resource);
    return resource;
  };
  return new Map(all.map((one) => [definitionIn(one).name, make(one)]));
}

const noActions: ServiceActions = {
  execute: refuse,
  stop: refuse,
};

async function refuse(): Promise<never> {
  throw new StreamctlError("internal", "Cannot execute a graph that was built without actions");
}

/** Lines of the log that a refused import writes: mostly stack traces. */
const importLogLines = 70;

/** Topics, computation, table and dashboards, for the services that the stack has. */
function pipelineResources(options: GraphOptions, services: ReadonlyMap<ServiceName, Resource>): readonly Resource[] {
  const { choices, endpoints, desired, processors, runtime, kafkaProbe, declarations, log } = options;
  const wanted = (name: ServiceName): Resource | undefined =>
    desired.some(({ definition }) => definition.name === name) ? services.get(name) : undefined;
  const kafka = wanted("kafka");
  if (kafka === undefined) return [];
  const last = ({ kind, name }: Pick<ResourceRecord, "kind" | "name">): JsonObject | undefined =>
    options.remembered.find((record) => record.kind === kind && record.name === name)?.facts;
  const { chosen, abandoned } = processors;
  const server = wantsExternal(choices) ? chosen.external : undefined;
  const external = server && externalService({ processor: chosen, server, runtime, kafkaProbe }, kafka);
  const servers = external ? [external] : [];
  const holder = external ?? wanted(choices.processor);
  const released =
    holder === undefined ? [] : abandoned.map(({ processor, record }) => releasedComputation(processor, record, [kafka, ...servers]));
  const brokers = endpoints.kafka;
  const transactions = topicResource({
    topic: transactionsTopic,
    brokers,
    kafka,
    last: last({ kind: "topic", name: transactionsTopic.name }),
  });
  let job: ComputationResource | undefined;
  const windowsTopic = windowsTopicOf(choices.processor);
  const windows = topicResource({
    topic: windowsTopic,
    brokers,
    kafka,
    // Reject a server with another Kafka cluster before anything is stopped or deleted.
    after: [transactions, ...servers, ...released],
    last: last({ kind: "topic", name: windowsTopic.name }),
    considers: () => (job === undefined ? [] : [job]),
    stale: (topic, neighbours) => job?.staleWindows(topic, neighbours),
  });
  if (holder !== undefined) {
    job = computationResource({
      processorFor: (read, written) => chosen.plugin.computation(chosen.contextFor({ transactions: read, windows: written })),
      transactions,
      windows,
      holder,
      lastOf: (name) => last({ kind: "job", name }),
      remembered: options.remembered.filter(({ kind }) => kind === "job").map(({ facts }) => facts),
      place: server?.endpoint ?? "own",
    });
  }
  const pinot = wanted("pinot");
  const table =
    pinot === undefined
      ? []
      : [
          tableResource({
            pinot: { controllerUrl: endpoints.pinotController, brokerUrl: endpoints.pinotBroker },
            brokers,
            brokersInTable: `\${${pinotBrokersVariable}}`,
            windows,
            holder: pinot,
            declarations,
            lastOf: (name) => last({ kind: "table", name }),
            log,
          }),
        ];
  const viewer = wanted(supersetService.name);
  const { dashboards } = options;
  const dashboard =
    dashboards === undefined || viewer === undefined
      ? []
      : [
          dashboardResource({
            ...dashboards,
            holder: viewer,
            tailLog: async () => await runtime.tailLog(viewer.name, importLogLines),
            lastOf: (name) => last({ kind: "dashboard", name }),
          }),
        ];
  return [...servers, ...released, transactions, windows, ...(job ? [job] : []), ...table, ...dashboard];
}
