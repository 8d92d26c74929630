import type { NetworkLayout } from "../../stack/network-layout.ts";
import type { MavenJars } from "../../stack/service.ts";
import type { ServiceDetails, ServiceType } from "../../stack/service-type.ts";
import { sharedSources } from "../program-sources.ts";

/** Spark with two threads, and the program that runs the query, in one JVM. */
export const sparkService = {
  name: "spark",
  label: "Spark",
  kind: "jvm",
  ports: {
    sparkUi: { label: "Spark UI", port: 4040, endpoint: "http", page: "Spark" },
    sparkControl: { label: "Spark control", port: 4041, endpoint: "http" },
  },
  after: [],
  needs: ["kafka"],
  define,
} as const satisfies ServiceType;

export const sparkSources: readonly string[] = ["config/spark/SparkProgram.java", ...sharedSources];

const sparkJars: MavenJars = {
  kind: "maven",
  engine: "spark",
  label: "Spark",
  version: "4.2.0",
  sources: sparkSources,
  jarCount: 177,
  diskBytes: 850e6,
};

/** Packages that Spark opens for Java 17 (org.apache.spark.launcher.JavaModuleOptions). */
const opened = [
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.io",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "jdk.internal.ref",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar",
];

function define({ port, inside, bindHost }: NetworkLayout): ServiceDetails {
  const settings: Readonly<Record<string, string>> = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.port": "{{uiPort}}",
    // Spark would take the next free port.
    "spark.port.maxRetries": "0",
    "spark.local.dir": "{{dataDir}}/tmp",
    "spark.sql.warehouse.dir": "{{dataDir}}/warehouse",
    "spark.sql.session.timeZone": "UTC",
    // One writer for the only partition of the topic of windows.
    "spark.sql.shuffle.partitions": "1",
    // Bounds the memory of a batch, and the records that are read again after a failure.
    "spark.streamctl.maxOffsetsPerTrigger": "1000000",
    "spark.sql.streaming.minBatchesToRetain": "10",
    // A query without new records reports that it runs, from which `status` knows its health.
    "spark.sql.streaming.noDataProgressEventInterval": "1000",
    // What the pages keep in memory.
    "spark.ui.retainedJobs": "50",
    "spark.ui.retainedStages": "50",
    "spark.ui.retainedTasks": "500",
    "spark.sql.ui.retainedExecutions": "20",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.structuredLogging.enabled": "false",
  };
  return {
    endpoint: `http://127.0.0.1:${port("sparkUi")}`,
    values: { uiPort: inside("sparkUi") },
    files: [{ asset: "config/spark/log4j2.properties", as: "log4j2.properties" }],
    // The address of the pages.
    env: { MALLOC_ARENA_MAX: "2", SPARK_LOCAL_IP: bindHost },
    process: {
      kind: "jvm",
      scriptPrefixes: ["SPARK"],
      jars: sparkJars,
      jvmOptions: [
        "-Xms128m",
        "-Xmx768m",
        "-XX:MaxNewSize=192m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:ReservedCodeCacheSize=96m",
        "-XX:MaxMetaspaceSize=256m",
        "-XX:MaxDirectMemorySize=160m",
        "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.properties",
        ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
        ...opened.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      ],
      mainClass: "SparkProgram",
      args: [bindHost, String(inside("sparkControl"))],
    },
    probe: { kind: "http", checks: [{ url: `http://127.0.0.1:${port("sparkControl")}/computations` }] },
    stopTimeoutMs: 20_000,
  };
}
