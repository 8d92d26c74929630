import type { Ports } from "../ports.ts";
import type { ServiceDefinition } from "../service.ts";

/** Kafka 4.3.1, broker and controller in one process. 200 MB resident. */
export function kafkaService(ports: Ports): ServiceDefinition {
  return {
    name: "kafka",
    engine: "kafka",
    after: [],
    ports: [
      { name: "Kafka", port: ports.kafka },
      { name: "Kafka controller", port: ports.kafkaController },
    ],
    endpoint: `127.0.0.1:${ports.kafka}`,
    values: { kafkaPort: ports.kafka, controllerPort: ports.kafkaController },
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
    probe: { kind: "kafka", address: `127.0.0.1:${ports.kafka}` },
    stopTimeoutMs: 20_000,
  };
}
