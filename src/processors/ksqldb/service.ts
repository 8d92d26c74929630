import type { NetworkLayout } from "../../stack/network-layout.ts";
import type { HttpCheck } from "../../stack/service.ts";
import type { ServiceDetails, ServiceOptions, ServiceType } from "../../stack/service-type.ts";
import { ksqldbJars, ksqldbMainClass } from "./home.ts";

/**
 * ksqlDB 0.28 or newer, from the user's folder or from an image. 340 MB resident when idle, 600 to 670 MB with the queries of the
 * windows. It can neither start nor stop without Kafka.
 */
export const ksqldbService = {
  name: "ksqldb",
  label: "ksqlDB",
  kind: "jvm",
  ports: { ksqldb: { label: "ksqlDB", port: 8088, endpoint: "http" } },
  after: ["kafka"],
  needs: [],
  define,
} as const satisfies ServiceType;

function define({ port, inside, bindHost, brokers }: NetworkLayout, { source }: ServiceOptions): ServiceDetails {
  const url = `http://127.0.0.1:${port("ksqldb")}`;
  const home = source?.["home"];
  return {
    endpoint: url,
    values: { bindHost, brokers, ksqldbPort: inside("ksqldb") },
    files: ["ksql-server.properties", "log4j.properties", "log4j2.properties"].map((as) => ({ asset: `config/ksqldb/${as}`, as })),
    env: { MALLOC_ARENA_MAX: "2" },
    process: {
      kind: "jvm",
      scriptPrefixes: ["KSQL"],
      jars: ksqldbJars(typeof home === "string" ? home : undefined),
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
    },
    probe: { kind: "http", checks: ksqldbChecks(url) },
    stopTimeoutMs: 30_000,
  };
}

/** ksqlDB returns 503 while it starts, but 200 when it is unhealthy. */
export function ksqldbChecks(url: string): readonly HttpCheck[] {
  return [
    { url: `${url}/info`, expects: { path: ["KsqlServerInfo", "serverStatus"], equals: "RUNNING" } },
    { url: `${url}/healthcheck`, expects: { path: ["isHealthy"], equals: true } },
  ];
}
