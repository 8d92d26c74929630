import type { Ports } from "../ports.ts";
import type { HttpCheck, ServiceDefinition } from "../service.ts";
import type { Site } from "../site.ts";

/** ZooKeeper, which only Pinot uses. 115 MB resident. */
export function zookeeperService({ ports, inside, bindHost }: Site): ServiceDefinition {
  return {
    name: "zookeeper",
    engine: "pinot",
    after: [],
    ports: [{ name: "ZooKeeper", port: ports.zookeeper, inside: inside.zookeeper }],
    endpoint: `127.0.0.1:${ports.zookeeper}`,
    values: { bindHost, zookeeperPort: inside.zookeeper },
    files: [
      { asset: "config/pinot/zoo.cfg", as: "zoo.cfg" },
      { asset: "config/pinot/log4j2.xml", as: "log4j2.xml" },
    ],
    env: { MALLOC_ARENA_MAX: "2" },
    jvmOptions: [
      "-Xms32m",
      "-Xmx128m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.xml",
    ],
    mainClass: "org.apache.zookeeper.server.ZooKeeperServerMain",
    args: ["{{confDir}}/zoo.cfg"],
    probe: { kind: "zookeeper", port: ports.zookeeper },
    stopTimeoutMs: 10_000,
  };
}

/**
 * Variable of Pinot's environment with the address of Kafka's brokers. The table names the variable, so that it stays the same table
 * wherever Kafka listens. https://docs.pinot.apache.org/configuration-reference/dynamic-environment
 */
export const pinotBrokersVariable = "STREAMCTL_KAFKA_BROKERS";

/** Pinot 0.11.0: controller, broker and server in one JVM. 300 MB resident. */
export function pinotService({ ports, inside, bindHost, host, brokers }: Site): ServiceDefinition {
  return {
    name: "pinot",
    engine: "pinot",
    after: ["zookeeper"],
    ports: [
      { name: "Pinot controller", port: ports.pinotController, inside: inside.pinotController },
      { name: "Pinot broker", port: ports.pinotBroker, inside: inside.pinotBroker },
      { name: "Pinot server", port: ports.pinotServer, inside: inside.pinotServer, own: true },
      { name: "Pinot server admin", port: ports.pinotServerAdmin, inside: inside.pinotServerAdmin },
    ],
    endpoint: `http://127.0.0.1:${ports.pinotController}`,
    values: {
      bindHost,
      controllerPort: inside.pinotController,
      brokerPort: inside.pinotBroker,
      serverPort: inside.pinotServer,
      serverAdminPort: inside.pinotServerAdmin,
    },
    files: ["controller.conf", "broker.conf", "server.conf", "log4j2.xml"].map((as) => ({ asset: `config/pinot/${as}`, as })),
    env: { MALLOC_ARENA_MAX: "2", [pinotBrokersVariable]: brokers },
    jvmOptions: [
      "-Xms128m",
      "-Xmx512m",
      "-XX:+UseSerialGC",
      "-XX:MaxDirectMemorySize=512m",
      "-XX:TieredStopAtLevel=1",
      "-Dzk.session.timeout=8000",
      "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.xml",
    ],
    mainClass: "org.apache.pinot.tools.admin.PinotAdministrator",
    args: [
      "StartServiceManager",
      "-clusterName",
      "streamctl",
      "-zkAddress",
      `${host("zookeeper")}:${inside.zookeeper}`,
      "-port",
      "-1",
      "-bootstrapConfigPaths",
      "{{confDir}}/controller.conf",
      "{{confDir}}/broker.conf",
      "{{confDir}}/server.conf",
    ],
    probe: { kind: "http", checks: readinessChecks(ports) },
    stopTimeoutMs: 20_000,
  };
}

/**
 * The three roles, and then a query. The controller is asked for its tables rather than for its health: that answer needs its connection
 * to ZooKeeper, and what it costs the first time passes while broker and server still start.
 */
function readinessChecks(ports: Ports): readonly HttpCheck[] {
  return [
    { url: `http://127.0.0.1:${ports.pinotController}/tables` },
    { url: `http://127.0.0.1:${ports.pinotServerAdmin}/health` },
    { url: `http://127.0.0.1:${ports.pinotBroker}/health` },
    { url: `http://127.0.0.1:${ports.pinotBroker}/query/sql?sql=select%201`, path: ["numDocsScanned"], atLeast: 0 },
  ];
}
