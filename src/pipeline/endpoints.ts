/** Where the engines of a stack answer. */

import type { StackChoices } from "../state/choices.ts";
import { layoutOf, type PortName } from "./catalog.ts";
import { externalServer } from "./stack-processor.ts";
import type { ServiceName } from "../state/service-identity.ts";

export interface Endpoints {
  /** `host:port`, as librdkafka's `bootstrap.servers`. */
  readonly kafka: string;
  /** The same for the services themselves: in a network of containers they come another way than this machine. */
  readonly kafkaForServices: string;
  readonly pinotController: string;
  readonly pinotBroker: string;
  readonly flinkRest: string;
  readonly flinkGateway: string;
  /** The stack's own server, or one that is not ours. */
  readonly ksqldb: string;
}

export function endpointsOf(choices: Pick<StackChoices, "runtime" | "portOffset" | "processor" | "source">): Endpoints {
  const { port, brokers } = layoutOf(choices.runtime, choices.portOffset);
  const http = (name: PortName): string => `http://127.0.0.1:${port(name)}`;
  return {
    kafka: `127.0.0.1:${port("kafka")}`,
    kafkaForServices: brokers,
    pinotController: http("pinotController"),
    pinotBroker: http("pinotBroker"),
    flinkRest: http("flinkRest"),
    flinkGateway: http("flinkGateway"),
    ksqldb: externalServer(choices)?.endpoint ?? http("ksqldb"),
  };
}

/** The endpoints of the services that the stack has; null for the others, as `up --json` prints them. */
export function shownEndpoints(
  endpoints: Endpoints,
  services: readonly ServiceName[],
  external: boolean,
): Readonly<Record<string, string | null>> {
  const where = (service: ServiceName, endpoint: string): string | null => (services.includes(service) ? endpoint : null);
  return {
    kafka: where("kafka", endpoints.kafka),
    pinotController: where("pinot", endpoints.pinotController),
    pinotBroker: where("pinot", endpoints.pinotBroker),
    ksqldb: external ? endpoints.ksqldb : where("ksqldb", endpoints.ksqldb),
    flinkRest: where("flink", endpoints.flinkRest),
    flinkGateway: where("flink", endpoints.flinkGateway),
    console: null,
  };
}
