import type { NetworkLayout } from "../../stack/network-layout.ts";
import type { HttpCheck, MavenJars } from "../../stack/service.ts";
import type { ServiceDetails, ServiceType } from "../../stack/service-type.ts";

/** ZooKeeper, used only by Pinot. 115 MB resident. */
export const zookeeperService = {
  name: "zookeeper",
  label: "ZooKeeper",
  kind: "jvm",
  ports: { zookeeper: { label: "ZooKeeper", port: 2181 } },
  after: [],
  needs: [],
  define: defineZookeeper,
} as const satisfies ServiceType;

/** Controller, broker and server in one JVM. 300 MB resident. */
export const pinotService = {
  name: "pinot",
  label: "Pinot",
  kind: "jvm",
  ports: {
    pinotController: { label: "Pinot controller", port: 9000, endpoint: "http", page: "Pinot" },
    pinotBroker: { label: "Pinot broker", port: 8099, endpoint: "http" },
    pinotServer: { label: "Pinot server", port: 8098, own: true },
    pinotServerAdmin: { label: "Pinot server admin", port: 8097 },
  },
  after: ["zookeeper"],
  needs: ["kafka"],
  define: definePinot,
} as const satisfies ServiceType;

/** Includes the jars of ZooKeeper. */
const pinotJars: MavenJars = {
  kind: "maven",
  engine: "pinot",
  label: "Pinot",
  version: "0.11.0",
  sources: [],
  jarCount: 215,
  diskBytes: 490e6,
};

function defineZookeeper({ port, inside, bindHost }: NetworkLayout): ServiceDetails {
  return {
    endpoint: `127.0.0.1:${port("zookeeper")}`,
    values: { bindHost, zookeeperPort: inside("zookeeper") },
    files: [
      { asset: "config/pinot/zoo.cfg", as: "zoo.cfg" },
      { asset: "config/pinot/log4j2.xml", as: "log4j2.xml" },
    ],
    env: { MALLOC_ARENA_MAX: "2" },
    process: {
      kind: "jvm",
      scriptPrefixes: ["ZOOKEEPER", "ZOO", "ZK"],
      jars: pinotJars,
      jvmOptions: [
        "-Xms32m",
        "-Xmx128m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.xml",
      ],
      mainClass: "org.apache.zookeeper.server.ZooKeeperServerMain",
      args: ["{{confDir}}/zoo.cfg"],
    },
    probe: { kind: "zookeeper", port: port("zookeeper") },
    stopTimeoutMs: 10_000,
  };
}

/**
 * Environment variable of Pinot with the address of Kafka's brokers. The table refers to the variable, so that its configuration does not
 * change when Kafka's port does. https://docs.pinot.apache.org/configuration-reference/dynamic-environment
 */
export const pinotBrokersVariable = "STREAMCTL_KAFKA_BROKERS";

function definePinot({ port, inside, bindHost, host, brokers }: NetworkLayout): ServiceDetails {
  return {
    endpoint: `http://127.0.0.1:${port("pinotController")}`,
    values: {
      bindHost,
      controllerPort: inside("pinotController"),
      brokerPort: inside("pinotBroker"),
      serverPort: inside("pinotServer"),
      serverAdminPort: inside("pinotServerAdmin"),
    },
    files: ["controller.conf", "broker.conf", "server.conf", "log4j2.xml"].map((as) => ({ asset: `config/pinot/${as}`, as })),
    env: { MALLOC_ARENA_MAX: "2", [pinotBrokersVariable]: brokers },
    process: {
      kind: "jvm",
      scriptPrefixes: ["PINOT"],
      jars: pinotJars,
      jvmOptions: [
        "-Xms128m",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:MaxDirectMemorySize=512m",
        "-XX:TieredStopAtLevel=1",
        "-Dzk.session.timeout=8000",
        // Pinot opens and closes several connections to ZooKeeper one after another while it starts. With the default client each close sleeps
        // for 100 ms. Helix synchronizes each new connection with the leader, and an early close interrupts that, after which it waits for
        // two seconds; it has no effect with a single server.
        "-Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty",
        "-Dzk.zkclient.autosync.enabled=false",
        "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.xml",
      ],
      mainClass: "org.apache.pinot.tools.admin.PinotAdministrator",
      args: [
        "StartServiceManager",
        "-clusterName",
        "streamctl",
        "-zkAddress",
        `${host("zookeeper")}:${inside("zookeeper")}`,
        "-port",
        "-1",
        "-bootstrapConfigPaths",
        "{{confDir}}/controller.conf",
        "{{confDir}}/broker.conf",
        "{{confDir}}/server.conf",
      ],
    },
    probe: { kind: "http", checks: readinessChecks(port) },
    stopTimeoutMs: 20_000,
  };
}

/**
 * Checks the three roles, then runs a query. The controller's list of tables replaces its health check: it needs the connection to
 * ZooKeeper, and its slow first call overlaps the start of broker and server.
 */
function readinessChecks(port: NetworkLayout["port"]): readonly HttpCheck[] {
  return [
    { url: `http://127.0.0.1:${port("pinotController")}/tables` },
    { url: `http://127.0.0.1:${port("pinotServerAdmin")}/health` },
    { url: `http://127.0.0.1:${port("pinotBroker")}/health` },
    { url: `http://127.0.0.1:${port("pinotBroker")}/query/sql?sql=select%201`, expects: { path: ["numDocsScanned"], atLeast: 0 } },
  ];
}
