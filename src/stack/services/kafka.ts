import type { ServiceDefinition } from "../service.ts";
import type { Site } from "../site.ts";

/** Kafka 4.3.1, broker and controller in one process. 200 MB resident. */
export function kafkaService({ ports, inside, bindHost, brokers }: Site): ServiceDefinition {
  const address = `127.0.0.1:${ports.kafka}`;
  // Where the other services come another way than this machine, they have a listener of their own.
  const network = brokers === address ? [] : [brokers];
  const networkPort = (broker: string): string => broker.slice(broker.lastIndexOf(":") + 1);
  return {
    name: "kafka",
    engine: "kafka",
    after: [],
    ports: [
      { name: "Kafka", port: ports.kafka, inside: inside.kafka },
      { name: "Kafka controller", port: ports.kafkaController, inside: inside.kafkaController, own: true },
    ],
    endpoint: address,
    values: {
      controllerPort: inside.kafkaController,
      listeners: [
        `PLAINTEXT://${bindHost}:${inside.kafka}`,
        ...network.map((broker) => `NETWORK://${bindHost}:${networkPort(broker)}`),
      ].join(),
      // On which the broker finds itself too: a published port is none of its container.
      ownListener: network.length > 0 ? "NETWORK" : "PLAINTEXT",
      advertisedListeners: [`PLAINTEXT://${address}`, ...network.map((broker) => `NETWORK://${broker}`)].join(),
    },
    files: [
      { asset: "config/kafka/server.properties", as: "server.properties" },
      { asset: "config/kafka/log4j2.properties", as: "log4j2.properties" },
    ],
    env: { MALLOC_ARENA_MAX: "2" },
    jvmOptions: [
      "-Xms128m",
      "-Xmx512m",
      "-XX:+UseSerialGC",
      // Half the CPU time of a start for the same throughput: what Kafka does most, it does outside of Java code.
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
    probe: { kind: "kafka", address },
    stopTimeoutMs: 20_000,
  };
}
