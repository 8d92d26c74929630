/** Which services a choice of processor and of `--only` asks for. */

import { StreamctlError } from "../../core/errors.ts";
import { portsAt } from "../ports.ts";
import type { ServiceDefinition, ServiceName } from "../service.ts";
import { flinkService } from "./flink.ts";
import { kafkaService } from "./kafka.ts";
import { pinotService, zookeeperService } from "./pinot.ts";

export interface ServiceChoice {
  readonly portOffset: number;
  /** Services asked for; undefined means all. */
  readonly only?: readonly string[] | undefined;
}

/** Services that a service needs at work, beyond those that must be ready before it starts. */
const needs: Readonly<Record<ServiceName, readonly ServiceName[]>> = {
  kafka: [],
  zookeeper: [],
  pinot: ["zookeeper", "kafka"],
  flink: ["kafka"],
};

/**
 * Definitions of the chosen services and of those that they need, in the order in which they are shown.
 *
 * @throws StreamctlError `usage` for a service that does not exist, `not-available` for one that comes later.
 */
export function desiredServices(choice: ServiceChoice): readonly ServiceDefinition[] {
  const ports = portsAt(choice.portOffset);
  const all = [kafkaService(ports), zookeeperService(ports), pinotService(ports), flinkService(ports)];
  if (!choice.only) return all;
  const wanted = new Set<string>();
  const want = (name: ServiceName): void => {
    wanted.add(name);
    for (const need of needs[name]) want(need);
  };
  for (const name of choice.only) {
    if (isServiceName(name)) want(name);
    else throw unknownService(name);
  }
  return all.filter((service) => wanted.has(service.name));
}

/** Every name that `--only` and `logs` take. */
export const serviceNames: readonly ServiceName[] = ["kafka", "zookeeper", "pinot", "flink"];

export function isServiceName(name: string): name is ServiceName {
  return (serviceNames as readonly string[]).includes(name);
}

export function unknownService(name: string): StreamctlError {
  if (name === "ksqldb" || name === "console") {
    return new StreamctlError("not-available", `Cannot use service "${name}": not available in this version`, {
      hint: `Services of this version: ${serviceNames.join(", ")}`,
    });
  }
  return new StreamctlError("usage", `Cannot use service "${name}": there is no such service`, {
    hint: `Services: ${serviceNames.join(", ")}`,
  });
}
