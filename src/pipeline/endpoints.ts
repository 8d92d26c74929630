/** Where the engines of a stack answer. */

import type { StackChoices } from "../stack/run-state.ts";
import { portsAt } from "../stack/ports.ts";
import type { ServiceName } from "../stack/service.ts";

export interface Endpoints {
  /** `host:port`, as librdkafka's `bootstrap.servers`. */
  readonly kafka: string;
  readonly pinotController: string;
  readonly pinotBroker: string;
  readonly flinkRest: string;
  readonly flinkGateway: string;
}

export function endpointsOf({ portOffset }: Pick<StackChoices, "portOffset">): Endpoints {
  const ports = portsAt(portOffset);
  const http = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    kafka: `127.0.0.1:${ports.kafka}`,
    pinotController: http(ports.pinotController),
    pinotBroker: http(ports.pinotBroker),
    flinkRest: http(ports.flinkRest),
    flinkGateway: http(ports.flinkGateway),
  };
}

/** The endpoints of the services that the stack has; null for the others, as `up --json` prints them. */
export function shownEndpoints(endpoints: Endpoints, services: readonly ServiceName[]): Readonly<Record<string, string | null>> {
  const where = (service: ServiceName, endpoint: string): string | null => (services.includes(service) ? endpoint : null);
  return {
    kafka: where("kafka", endpoints.kafka),
    pinotController: where("pinot", endpoints.pinotController),
    pinotBroker: where("pinot", endpoints.pinotBroker),
    ksqldb: null,
    flinkRest: where("flink", endpoints.flinkRest),
    flinkGateway: where("flink", endpoints.flinkGateway),
    console: null,
  };
}
