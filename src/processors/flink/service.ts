import type { NetworkLayout } from "../../stack/network-layout.ts";
import type { MavenJars } from "../../stack/service.ts";
import type { ServiceDetails, ServiceType } from "../../stack/service-type.ts";

/** A cluster with one TaskManager and the SQL gateway, all in one JVM. 330 MB resident with the job. */
export const flinkService = {
  name: "flink",
  label: "Flink",
  kind: "jvm",
  ports: {
    flinkRest: { label: "Flink REST", port: 8081, endpoint: "http", page: "Flink" },
    flinkGateway: { label: "Flink SQL gateway", port: 8083, endpoint: "http" },
  },
  after: [],
  needs: ["kafka"],
  define,
} as const satisfies ServiceType;

const flinkJars: MavenJars = {
  kind: "maven",
  engine: "flink",
  label: "Flink",
  version: "2.3.0",
  sources: ["config/flink/LocalFlink.java", "config/program/InProcessFlink.java"],
  jarCount: 62,
  diskBytes: 550e6,
};

/** Packages that Flink's distribution opens for Java 17. */
const opened = [
  "java.lang",
  "java.net",
  "java.io",
  "java.nio",
  "java.lang.reflect",
  "java.text",
  "java.time",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "java.util.concurrent.locks",
];

function define({ port, inside, bindHost }: NetworkLayout): ServiceDetails {
  return {
    endpoint: `http://127.0.0.1:${port("flinkRest")}`,
    values: { bindHost, restPort: inside("flinkRest"), gatewayPort: inside("flinkGateway") },
    files: ["config.yaml", "log4j2.properties"].map((as) => ({ asset: `config/flink/${as}`, as })),
    env: { MALLOC_ARENA_MAX: "2", FLINK_CONF_DIR: "{{confDir}}" },
    process: {
      kind: "jvm",
      scriptPrefixes: ["FLINK"],
      jars: flinkJars,
      jvmOptions: [
        "-Xms128m",
        // Enough for a million windows. The small young generation limits memory use with fewer windows; its survivor spaces hold the records
        // that are being processed, which would otherwise fill the old generation.
        "-Xmx768m",
        "-Xmn80m",
        "-XX:SurvivorRatio=6",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:ReservedCodeCacheSize=64m",
        "-Xss512k",
        "-XX:MaxMetaspaceSize=256m",
        "-XX:MaxDirectMemorySize=160m",
        "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.properties",
        "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
        "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        ...opened.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      ],
      mainClass: "LocalFlink",
      args: [],
    },
    probe: {
      kind: "http",
      checks: [
        { url: `http://127.0.0.1:${port("flinkRest")}/overview`, expects: { path: ["taskmanagers"], atLeast: 1 } },
        { url: `http://127.0.0.1:${port("flinkGateway")}/v3/info` },
      ],
    },
    stopTimeoutMs: 20_000,
  };
}
