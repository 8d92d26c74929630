import type { ServiceDefinition } from "../service.ts";
import type { Site } from "../site.ts";

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

/**
 * Flink 2.3.0: cluster with one TaskManager and SQL gateway in one JVM, 330 MB resident with the job. The module options are
 * those of Flink's own distribution for Java 17.
 */
export function flinkService({ ports, inside, bindHost }: Site): ServiceDefinition {
  return {
    name: "flink",
    engine: "flink",
    after: [],
    ports: [
      { name: "Flink REST", port: ports.flinkRest, inside: inside.flinkRest },
      { name: "Flink SQL gateway", port: ports.flinkGateway, inside: inside.flinkGateway },
    ],
    endpoint: `http://127.0.0.1:${ports.flinkRest}`,
    values: { bindHost, restPort: inside.flinkRest, gatewayPort: inside.flinkGateway },
    files: ["config.yaml", "log4j2.properties"].map((as) => ({ asset: `config/flink/${as}`, as })),
    env: { MALLOC_ARENA_MAX: "2", FLINK_CONF_DIR: "{{confDir}}" },
    jvmOptions: [
      "-Xms128m",
      // A million windows fit; the small young generation keeps the memory of fewer windows small.
      "-Xmx768m",
      "-XX:MaxNewSize=96m",
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
    probe: {
      kind: "http",
      checks: [
        { url: `http://127.0.0.1:${ports.flinkRest}/overview`, path: ["taskmanagers"], atLeast: 1 },
        { url: `http://127.0.0.1:${ports.flinkGateway}/v3/info` },
      ],
    },
    stopTimeoutMs: 20_000,
  };
}
