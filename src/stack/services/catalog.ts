/** Which services a choice of processor and of `--only` asks for. */

import { StreamctlError } from "../../core/errors.ts";
import type { ServiceDefinition } from "../service.ts";
import { siteOf } from "../site.ts";
import { flinkService } from "./flink.ts";
import { kafkaService } from "./kafka.ts";
import { ksqldbService } from "./ksqldb.ts";
import { pinotService, zookeeperService } from "./pinot.ts";
import type { RuntimeName, ServiceName } from "../../state/service-identity.ts";

export interface ServiceChoice {
  readonly portOffset: number;
  /** Default: local. */
  readonly runtime?: RuntimeName | undefined;
  /** Which service computes the windows; `none` where a server that is not ours does. Default: flink. */
  readonly processor?: string | undefined;
  /** Services asked for; undefined means all. */
  readonly only?: readonly string[] | undefined;
}

/** Services that a service needs at work, beyond those that must be ready before it starts. */
const needs: Readonly<Record<ServiceName, readonly ServiceName[]>> = {
  kafka: [],
  zookeeper: [],
  pinot: ["zookeeper", "kafka"],
  flink: ["kafka"],
  ksqldb: ["kafka"],
};

/**
 * Definitions of the chosen services and of those that they need, in the order in which they are shown.
 *
 * @throws StreamctlError `usage` for a service that does not exist or that this stack does not have, `not-available` for one that comes later.
 */
export function desiredServices(choice: ServiceChoice): readonly ServiceDefinition[] {
  const { processor = "flink", only } = choice;
  const all = everyService(choice).filter(({ name }) => name === processor || (name !== "flink" && name !== "ksqldb"));
  if (!only) return all;
  const wanted = new Set<string>();
  const want = (name: ServiceName): void => {
    wanted.add(name);
    for (const need of needs[name] ?? []) want(need);
  };
  for (const name of only) {
    if (!isServiceName(name)) throw unknownService(name);
    // A ksqlDB server that is not ours can be named, and is not started.
    if (name === processor || (name === "ksqldb" && processor === "none") || !["flink", "ksqldb"].includes(name)) want(name);
    else throw otherProcessor(name, processor);
  }
  return all.filter((service) => wanted.has(service.name));
}

/** Definitions of all services that any stack may have. */
export function everyService({
  portOffset,
  runtime = "local",
}: Pick<ServiceChoice, "portOffset" | "runtime">): readonly ServiceDefinition[] {
  const site = siteOf(runtime, portOffset);
  return [kafkaService(site), zookeeperService(site), pinotService(site), flinkService(site), ksqldbService(site)];
}

/** Every name that `--only` and `logs` take. */
export const serviceNames: readonly ServiceName[] = ["kafka", "zookeeper", "pinot", "flink", "ksqldb"];

export function isServiceName(name: string): name is ServiceName {
  return serviceNames.includes(name);
}

export function unknownService(name: string): StreamctlError {
  if (name === "console") {
    return new StreamctlError("not-available", `Cannot use service "${name}": not available in this version`, {
      hint: `Services of this version: ${serviceNames.join(", ")}`,
    });
  }
  return new StreamctlError("usage", `Cannot use service "${name}": there is no such service`, {
    hint: `Services: ${serviceNames.join(", ")}`,
  });
}

function otherProcessor(name: string, processor: string): StreamctlError {
  const has = processor === "none" ? "a ksqlDB server that is not ours" : processor;
  return new StreamctlError("usage", `Cannot use service "${name}": the processor of this stack is ${has}`, {
    hint: `Name the processor too: --processor ${name}`,
  });
}
