import type { NetworkLayout } from "../../stack/network-layout.ts";
import type { MavenJars } from "../../stack/service.ts";
import type { ServiceDetails, ServiceType } from "../../stack/service-type.ts";
import { sharedSources } from "../program-sources.ts";

/** Beam on Flink: a Flink cluster and the program that runs the pipeline, in one JVM. */
export const beamService = {
  name: "beam",
  label: "Beam",
  kind: "jvm",
  ports: {
    beamRest: { label: "Beam's Flink REST", port: 8082, endpoint: "http", page: "Beam on Flink" },
    beamControl: { label: "Beam control", port: 8084, endpoint: "http" },
  },
  after: [],
  needs: ["kafka"],
  define,
} as const satisfies ServiceType;

export const beamSources: readonly string[] = ["config/beam/BeamProgram.java", "config/program/InProcessFlink.java", ...sharedSources];

const beamJars: MavenJars = {
  kind: "maven",
  engine: "beam",
  label: "Beam",
  version: "2.70.0",
  sources: beamSources,
  jarCount: 191,
  diskBytes: 650e6,
};

/** Packages that Beam's coders and Flink's serializers read by reflection. */
const opened = ["java.lang", "java.nio", "java.time", "java.util", "java.util.concurrent"];

function define({ port, inside, bindHost }: NetworkLayout): ServiceDetails {
  return {
    endpoint: `http://127.0.0.1:${port("beamRest")}`,
    values: { bindHost, restPort: inside("beamRest") },
    files: ["config.yaml", "log4j2.properties"].map((as) => ({ asset: `config/beam/${as}`, as })),
    env: { MALLOC_ARENA_MAX: "2", FLINK_CONF_DIR: "{{confDir}}" },
    process: {
      kind: "jvm",
      scriptPrefixes: ["FLINK", "BEAM"],
      jars: beamJars,
      jvmOptions: [
        "-Xms64m",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:ReservedCodeCacheSize=64m",
        "-Xss512k",
        "-XX:MaxMetaspaceSize=256m",
        "-XX:MaxDirectMemorySize=160m",
        "-Dlog4j2.configurationFile=file:{{confDir}}/log4j2.properties",
        ...opened.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      ],
      mainClass: "BeamProgram",
      args: [bindHost, String(inside("beamControl"))],
    },
    probe: {
      kind: "http",
      checks: [
        { url: `http://127.0.0.1:${port("beamRest")}/overview`, expects: { path: ["taskmanagers"], atLeast: 1 } },
        { url: `http://127.0.0.1:${port("beamControl")}/computations` },
      ],
    },
    stopTimeoutMs: 20_000,
  };
}
