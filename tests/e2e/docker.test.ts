import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openDeclarations } from "../../src/core/assets.ts";
import { silentLog } from "../../src/core/log.ts";
import { runCommand } from "../../src/core/process.ts";
import { everyService } from "../../src/pipeline/catalog.ts";
import { ksqldbJars, ksqldbMainClass } from "../../src/processors/ksqldb/home.ts";
import { readCertificates } from "../../src/stack/docker/certificates.ts";
import { findEngine } from "../../src/stack/docker/engine.ts";
import { imageSource } from "../../src/stack/docker/image.ts";
import { dockerRuntime } from "../../src/stack/docker/runtime.ts";
import { readJarFolder } from "../../src/stack/jar-folder.ts";
import { desireStack } from "../../src/stack/stack.ts";
import type { ServiceRecord } from "../../src/state/run-state.ts";
import type { ServiceName } from "../../src/state/service-identity.ts";
import { stateFolder } from "../../src/state/state-folder.ts";
import { containerProcessors } from "./container-processors.ts";
import { killedUp } from "./killed-up.ts";
import { runtimeContract } from "./runtime-contract.ts";
import { run, Stack } from "./streamctl.ts";
import { fakeKsqldbHome } from "../processors/ksqldb/fake-ksqldb-home.ts";
import { startServices, stopServices } from "../stack/run-services.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const portOffset = 21_000;
const extraCaFile = process.env["STREAMCTL_TEST_EXTRA_CA"] ?? "";
const extraCa = extraCaFile === "" ? [] : ["--extra-ca", extraCaFile];

/** On an image of the fake server in place of Confluent's image. */
function ksqldbOfFolder(): void {
  test("is built into an image, is ready when it reports that it is healthy, and stops on SIGTERM", async () => {
    const definitions = everyService({ runtime: "docker", portOffset }).filter(({ name }) => name === "ksqldb");
    const home = await fakeKsqldbHome("some/where/deep/ksqldb-rest-app-0.0.0.jar");
    const folders = new Map([["ksqldb", await readJarFolder(ksqldbJars(home), ksqldbMainClass)]]);
    const runtime = dockerRuntime({
      folder: stateFolder(await temporaryFolder()),
      project: `streamctl-test-${process.pid}`,
      definitions,
      source: { ...imageSource(openDeclarations(), process.env), folders },
      extraCa: extraCaFile === "" ? [] : await readCertificates(extraCaFile),
      log: silentLog,
    });
    const remembered = new Map<ServiceName, ServiceRecord>();
    const remember = async (name: ServiceName, record: ServiceRecord | undefined): Promise<void> =>
      void (record ? remembered.set(name, record) : remembered.delete(name));
    const { signal } = new AbortController();
    const context = {
      runtime,
      log: silentLog,
      signal,
      intend: async () => {},
      remember,
      kafkaProbe: async () => true,
      timeoutMs: 120_000,
    };
    const desired = desireStack(definitions, runtime);
    try {
      await runtime.prepare(definitions);
      const start = startServices(desired, context);
      await start.all;
      start.starts.release();
      const told = await (await fetch(`${definitions[0]?.endpoint}/how-it-was-started`)).text();
      const [classPath, timeZone, , brokers, guarantee, stateDir] = told.split("\n");
      expect({ classPath, timeZone, brokers, guarantee, stateDir }).toEqual({
        classPath: "/engine/jars/server/some/where/deep/ksqldb-rest-app-0.0.0.jar",
        timeZone: "UTC",
        brokers: "kafka:19092",
        guarantee: "exactly_once_v2",
        stateDir: "/data/state",
      });
      await stopServices(desired, [...remembered.values()], context);
      expect(await runtime.tailLog("ksqldb", 1)).toEqual(["asked to stop"]);
    } finally {
      await runtime.forget();
      const engine = await findEngine();
      const { output } = await engine.run(["images", "-q", "--filter", "reference=streamctl-ksqldb:0.0.0-*"]);
      await engine.run(["rmi", ...output.split("\n")]);
    }
  });
}

function imageOfStreamctl(): void {
  const network = async (stack: Stack): Promise<string> => {
    const filter = `label=streamctl.state-dir=${stack.stateDir}`;
    return (await (await findEngine()).run(["ps", "--filter", filter, "--format", "{{.Networks}}"])).output;
  };
  let stack: Stack;

  beforeAll(async () => {
    const { exitCode, output } = await runCommand({ program: "scripts/image.sh", args: [], inherits: "all" });
    expect(output).toMatch(/^image: streamctl \d/mu);
    expect(exitCode).toBe(0);
    stack = await Stack.create(portOffset);
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  test("generates the same transactions as the executable, and does not run as root", async () => {
    const engine = await findEngine();
    const args = ["data", "-n", "100", "--seed", "7", "--start-time", "2026-01-01T00:00:00Z", "--dry-run", "-q"];
    const inside = await engine.run(["run", "--rm", "streamctl", ...args]);
    expect(inside).toEqual({ exitCode: 0, output: (await run(args)).stdout.trimEnd() });
    expect((await engine.run(["run", "--rm", "--entrypoint", "id", "streamctl", "-u"])).output).toBe("10001");
  });

  test("delivers records in the network of a stack", async () => {
    await stack.up("--runtime", "docker", "--only", "kafka", ...extraCa);
    const words = [
      "run",
      "--rm",
      "--network",
      await network(stack),
      "streamctl",
      "data",
      "--brokers",
      "kafka:19092",
      "-n",
      "1000",
      "--rate",
      "max",
    ];
    const { output } = await (await findEngine()).run([...words, "--json", "-q"]);
    expect(JSON.parse(output)).toMatchObject({ requested: 1000, delivered: 1000, unresolved: 0 });
  });
}

/** Containers that refer to a removed network cannot be started; removed containers are recreated. */
async function pruneWhileDown(stack: Stack): Promise<void> {
  const engine = await findEngine();
  const own = ["--filter", `label=streamctl.state-dir=${stack.stateDir}`];
  const { output } = await engine.run(["ps", "-a", ...own, "--format", '{{.ID}} {{.Networks}} {{.Label "streamctl.service"}}']);
  const containers = output.split("\n").map((line) => line.split(" "));
  const networks = new Set(containers.map(([, network = ""]) => network));
  const [flink = ""] = containers.find(([, , service]) => service?.endsWith("/flink")) ?? [];
  for (const words of [
    ["rm", flink],
    ["network", "rm", ...networks],
  ])
    expect((await engine.run(words)).exitCode).toBe(0);
}

if (process.env["STREAMCTL_TEST_DOCKER"] === "1") {
  // Build images from files that only the owner may read, as with umask 077: the engines read them as another user.
  process.umask(0o077);
  describe("ksqlDB of a folder", ksqldbOfFolder);
  describe("the image of streamctl", imageOfStreamctl);
  describe("a stack of containers", () => runtimeContract({ runtime: "docker", portOffset, args: extraCa, whileDown: pruneWhileDown }));
  describe("other processors in containers", () => containerProcessors({ portOffset: portOffset + 2000, args: extraCa }));
  describe("a killed up of containers", () => killedUp({ runtime: "docker", portOffset: portOffset + 1500, kills: 4, args: extraCa }));
} else {
  test.skip("a stack of containers: SKIPPED, because it needs a container engine and builds images. Run: make test-docker", () => {});
}
