import type { HttpCheck, ServiceDefinition } from "../service.ts";
import type { Site } from "../site.ts";

/** The class that a folder of ksqlDB's jars must hold. */
export const ksqldbMainClass = "io.confluent.ksql.rest.server.KsqlServerMain";

/**
 * ksqlDB 0.28 or newer, from a folder of the user's. 340 MB resident when idle, 600 to 670 with the queries of the windows. Without
 * Kafka it neither starts nor stops.
 */
export function ksqldbService({ ports, inside, bindHost, brokers }: Site): ServiceDefinition {
  const url = `http://127.0.0.1:${ports.ksqldb}`;
  return {
    name: "ksqldb",
    engine: "ksqldb",
    after: ["kafka"],
    ports: [{ name: "ksqlDB", port: ports.ksqldb, inside: inside.ksqldb }],
    endpoint: url,
    values: { bindHost, brokers, ksqldbPort: inside.ksqldb },
    files: ["ksql-server.properties", "log4j.properties", "log4j2.properties"].map((as) => ({ asset: `config/ksqldb/${as}`, as })),
    env: { MALLOC_ARENA_MAX: "2" },
    jvmOptions: [
      "-Xms128m",
      "-Xmx1g",
      "-XX:+UseSerialGC",
      "-XX:MaxDirectMemorySize=256m",
      "-XX:ReservedCodeCacheSize=128m",
      "-Dlog4j.configuration=file:{{confDir}}/log4j.properties",
      "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.properties",
    ],
    mainClass: ksqldbMainClass,
    args: ["{{confDir}}/ksql-server.properties"],
    probe: { kind: "http", checks: ksqldbChecks(url) },
    stopTimeoutMs: 30_000,
  };
}

/** It answers 503 while it starts, and 200 when it is not healthy. */
export function ksqldbChecks(url: string): readonly HttpCheck[] {
  return [
    { url: `${url}/info`, path: ["KsqlServerInfo", "serverStatus"], equals: "RUNNING" },
    { url: `${url}/healthcheck`, path: ["isHealthy"], equals: true },
  ];
}
