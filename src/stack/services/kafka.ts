import type { NetworkLayout } from "../network-layout.ts";
import type { MavenJars } from "../service.ts";
import type { ServiceDetails, ServiceType } from "../service-type.ts";

/** Broker and controller in one process. 200 MB resident. */
export const kafkaService = {
  name: "kafka",
  label: "Kafka",
  kind: "jvm",
  ports: {
    kafka: { label: "Kafka", port: 9092, endpoint: "host" },
    kafkaController: { label: "Kafka controller", port: 9093, own: true },
  },
  after: [],
  needs: [],
  define,
} as const satisfies ServiceType;

export const kafkaJars: MavenJars = {
  kind: "maven",
  engine: "kafka",
  label: "Kafka",
  version: "4.3.1",
  sources: [],
  jarCount: 46,
  diskBytes: 190e6,
};

function define({ port, inside, bindHost, brokers }: NetworkLayout): ServiceDetails {
  const address = `127.0.0.1:${port("kafka")}`;
  // A second listener, if the other services use another address than this machine.
  const network = brokers === address ? [] : [brokers];
  const networkPort = (broker: string): string => broker.slice(broker.lastIndexOf(":") + 1);
  return {
    endpoint: address,
    values: {
      controllerPort: inside("kafkaController"),
      listeners: [
        `PLAINTEXT://${bindHost}:${inside("kafka")}`,
        ...network.map((broker) => `NETWORK://${bindHost}:${networkPort(broker)}`),
      ].join(),
      // The broker itself uses this listener too, because it cannot reach the published port from inside the container.
      ownListener: network.length > 0 ? "NETWORK" : "PLAINTEXT",
      advertisedListeners: [`PLAINTEXT://${address}`, ...network.map((broker) => `NETWORK://${broker}`)].join(),
    },
    files: [
      { asset: "config/kafka/server.properties", as: "server.properties" },
      { asset: "config/kafka/log4j2.properties", as: "log4j2.properties" },
    ],
    env: { MALLOC_ARENA_MAX: "2" },
    process: {
      kind: "jvm",
      scriptPrefixes: ["KAFKA"],
      jars: kafkaJars,
      jvmOptions: [
        "-Xms128m",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        // Halves the CPU time of a start at the same throughput: most of Kafka's work is done outside Java code.
        "-XX:TieredStopAtLevel=1",
        "-XX:MaxDirectMemorySize=128m",
        "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.properties",
      ],
      mainClass: "kafka.Kafka",
      args: ["{{confDir}}/server.properties"],
      prepare: {
        mainClass: "kafka.tools.StorageTool",
        args: ["format", "--cluster-id", "{{clusterId}}", "--config", "{{confDir}}/server.properties"],
      },
    },
    probe: { kind: "kafka", address },
    stopTimeoutMs: 20_000,
  };
}
