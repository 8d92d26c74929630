/** The docker runtime on a fake engine; `make test-docker` runs it on a real one. */

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { openDeclarations } from "../../../src/core/assets.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { CommandResult } from "../../../src/core/process.ts";
import type { ContainerEngine } from "../../../src/stack/docker/engine.ts";
import { dockerRuntime } from "../../../src/stack/docker/runtime.ts";
import { stateFolder } from "../../../src/stack/run-state.ts";
import type { ContainerIdentity, Runtime } from "../../../src/stack/runtime.ts";
import { desiredServices } from "../../../src/stack/services/catalog.ts";
import { failureOf } from "../../provision/failure.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const containerId = "c".repeat(64);
const definitions = desiredServices({ portOffset: 20_000, runtime: "docker" });
/** Without its ports: that they are free on this machine is not what is tested. */
const kafka = definitions.filter(({ name }) => name === "kafka").map((definition) => ({ ...definition, ports: [] }));

/** Stands for an engine: one container that is started and stopped, images that a build makes, and every command written down. */
class FakeEngine implements ContainerEngine {
  readonly name = "docker 1";
  readonly commands: string[] = [];
  readonly images = new Set<string>();
  /** The image that was asked for last. */
  asked = "";
  starts = 0;
  running = false;
  created = false;
  exitCode = 143;
  definition = "other";
  stateDir = "";
  buildFails = false;
  makesNothing = false;

  async run(args: readonly string[]): Promise<CommandResult> {
    const [command = "", ...rest] = args;
    if (!["ps", "inspect"].includes(command)) this.commands.push(args.join(" ").replaceAll(containerId, "c"));
    switch (command) {
      case "image":
        this.asked = rest.at(-1) ?? "";
        return answer("", this.images.has(this.asked) ? 0 : 1);
      case "ps":
        return answer(this.created ? containerId : "");
      case "inspect":
        return this.created
          ? answer(
              `seen ${this.running} ${this.running ? 77 : 0} start-${this.starts} ${this.exitCode} ` +
                `definition ${this.definition} of ${this.stateDir}`,
            )
          : answer(`Error: No such container: ${containerId}`, 1);
      case "start":
        this.running = true;
        this.starts += 1;
        return answer(containerId);
      case "stop":
        this.running = false;
        return answer(containerId);
      case "exec":
        return answer("Name:\tsh\nVmRSS:\t  100 kB\nName:\tjava\nVmRSS:\t  900 kB\n");
      case "rm":
        this.created = false;
        return answer(containerId);
      case "volume":
        return answer(rest[0] === "ls" ? "p_flink-data\np_kafka-data" : "");
      case "network":
        return answer("");
      case "logs":
        return answer("one\ntwo");
      default:
        return answer(`unknown command ${command}`, 1);
    }
  }

  async follow(): Promise<void> {}

  async compose(_: object, args: readonly string[]): Promise<CommandResult> {
    this.commands.push(`compose ${args.join(" ")}`);
    if (args[0] === "build" && !this.buildFails) this.images.add(this.asked);
    if (args[0] === "build" && this.buildFails) return answer("Step 3/9\nerror pulling image: dial tcp: refused", 1);
    if (args[0] === "up") this.created = !this.makesNothing;
    if (args[0] === "down") this.created = false;
    return answer(this.makesNothing ? "creating\nError: no such network\nexit code: 1" : "");
  }
}

function answer(output: string, exitCode = 0): CommandResult {
  return { output, exitCode };
}

async function open(engine: FakeEngine, extraCa?: readonly string[]): Promise<{ readonly runtime: Runtime; readonly composeDir: string }> {
  const folder = stateFolder(await temporaryFolder());
  engine.stateDir = folder.root;
  const source = { declarations: openDeclarations(), baseImage: "java:17", buildImage: "maven:17", ksqldbImage: "ksqldb:0.29.0" };
  return {
    runtime: dockerRuntime({ folder, project: "p", definitions, source, engine, extraCa, log: silentLog }),
    composeDir: folder.composeDir,
  };
}

describe("dockerRuntime()", () => {
  test("builds an image that is missing, makes the container, and starts it", async () => {
    const engine = new FakeEngine();
    const { runtime, composeDir } = await open(engine, ["certificate\n"]);
    await runtime.prepare(kafka);
    for (const definition of kafka) {
      expect(await runtime.start(definition)).toEqual({ pid: 77, containerId, startedAt: "start-1" });
    }
    expect(engine.commands.map((command) => command.replace(/-[0-9a-f]{12}$/u, "-x"))).toEqual([
      "image inspect streamctl-kafka:4.3.1-x",
      "compose build kafka",
      "image inspect streamctl-kafka:4.3.1-x",
      "compose up --no-start --no-build --no-deps kafka",
      "start c",
    ]);
    expect(await readFile(join(composeDir, "compose.yaml"), "utf8")).toContain("\n  kafka:\n");
    expect(await readFile(join(composeDir, "ca", "extra-0.crt"), "utf8")).toBe("certificate\n");
    expect((await stat(join(composeDir, "dockerfiles", "start"))).mode & 0o777).toBe(0o755);
  });

  test("builds nothing that is there, and leaves what runs to the executor", async () => {
    const engine = new FakeEngine();
    const { runtime, composeDir } = await open(engine);
    engine.created = true;
    engine.running = true;
    await runtime.prepare(kafka);
    const tag = /image: (streamctl-kafka:\S+)/u.exec(await readFile(join(composeDir, "compose.yaml"), "utf8"))?.[1] ?? "";
    engine.images.add(tag);
    engine.commands.length = 0;
    await runtime.prepare(kafka);
    expect(engine.commands).toEqual([`image inspect ${tag}`]);
  });

  test("makes a container anew whose definition has changed, and no other", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.created = true;
    engine.definition = kafka.map((definition) => runtime.hash(definition)).join();
    await runtime.prepare(kafka);
    expect(engine.commands.filter((command) => !command.startsWith("image"))).toEqual(["compose build kafka"]);
    engine.definition = "another";
    await runtime.prepare(kafka);
    expect(engine.commands.slice(-2)).toEqual(["rm c", "compose up --no-start --no-build --no-deps kafka"]);
  });

  test("recreates a container that names another state folder than the one that the stack lies in now", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.created = true;
    engine.definition = kafka.map((definition) => runtime.hash(definition)).join();
    engine.stateDir = "/before/it/was/renamed";
    await runtime.prepare(kafka);
    expect(engine.commands.slice(-2)).toEqual(["rm c", "compose up --no-start --no-build --no-deps kafka"]);
  });

  test("sees a container run that it saw stopped a moment ago, once it has started it", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.created = true;
    engine.definition = kafka.map((definition) => runtime.hash(definition)).join();
    expect(await runtime.isRunning({ pid: 77, containerId, startedAt: "start-0" })).toBe(false);
    const started = await Promise.all(kafka.map(async (definition) => await runtime.start(definition)));
    expect(await Promise.all(started.map(async (identity) => await runtime.isRunning(identity)))).toEqual([true]);
  });

  test("shows what compose said where it made nothing", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.makesNothing = true;
    await runtime.prepare(kafka);
    const starts = kafka.map(async (definition) => await failureOf(runtime.start(definition)));
    expect(await Promise.all(starts)).toMatchObject([
      { message: 'Cannot start "kafka": compose made no container of it', detail: "Error: no such network" },
    ]);
  });

  test("knows a run of a container from another run of the same one", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.created = true;
    await engine.run(["start"]);
    const first: ContainerIdentity = { pid: 77, containerId, startedAt: "start-1" };
    expect([await runtime.isRunning(first), await runtime.isRunning({ ...first, startedAt: "start-0" })]).toEqual([true, false]);
    await runtime.stop("kafka", { ...first, startedAt: "start-0" }, 1000);
    expect(engine.running).toBe(true);
    await runtime.stop("kafka", first, 1500);
    expect([engine.running, await runtime.isRunning(first)]).toEqual([false, false]);
    expect(engine.commands).toEqual(["start", "stop -t 2 c"]);
  });

  test("says what to do where a base image cannot be pulled", async () => {
    const engine = new FakeEngine();
    engine.buildFails = true;
    const { runtime } = await open(engine);
    expect(await failureOf(runtime.prepare(kafka))).toMatchObject({
      code: "download",
      hint: expect.stringContaining("STREAMCTL_BASE_IMAGE"),
      detail: "Step 3/9\nerror pulling image: dial tcp: refused",
    });
  });

  test("adds up the memory of a container's processes; shows the end of its log, and none where it has no container", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    expect(await runtime.tailLog("kafka", 5)).toBeUndefined();
    engine.created = true;
    expect(await runtime.tailLog("kafka", 5)).toEqual(["one", "two"]);
    expect(await runtime.residentBytes({ pid: 77, containerId, startedAt: "start-1" })).toBe(1000 * 1024);
  });

  test("refuses to stop what another runtime started", async () => {
    const { runtime } = await open(new FakeEngine());
    expect(await failureOf(runtime.stop("kafka", { pid: 1, startTicks: 1, bootId: "b" }, 1000))).toMatchObject({
      message: "Cannot find the container of process 1: it was started by another runtime",
    });
  });

  test("forgets containers, volumes and networks of the project, whatever services it had", async () => {
    const engine = new FakeEngine();
    const { runtime, composeDir } = await open(engine);
    engine.created = true;
    await runtime.forget();
    expect(engine.commands).toEqual([
      "rm -f c",
      "volume ls -q --filter label=com.docker.compose.project=p",
      "volume rm p_flink-data p_kafka-data",
      "network ls -q --filter label=com.docker.compose.project=p",
    ]);
    expect(existsSync(composeDir)).toBe(false);
  });

  test("tells by which signal a container ended, and whether it was for lack of memory", async () => {
    const engine = new FakeEngine();
    const inspected: string[] = [];
    engine.run = async (args) => {
      inspected.push(args.join(" ").replaceAll(containerId, "c"));
      return answer(inspected.length === 1 ? "137 true" : "Error: No such container: c");
    };
    const { runtime } = await open(engine);
    const identity = { pid: 77, containerId, startedAt: "start-1" };
    expect(await runtime.endOf(identity)).toEqual({ exitCode: null, signal: "SIGKILL", outOfMemory: true });
    expect(await runtime.endOf(identity)).toBeUndefined();
    expect(inspected[0]).toBe("inspect --type container --format {{.State.ExitCode}} {{.State.OOMKilled}} c");
  });

  test("gives a definition another hash when its image or its ports change, and the same one otherwise", async () => {
    const { runtime } = await open(new FakeEngine());
    const { runtime: again } = await open(new FakeEngine());
    const hashes = (opened: Runtime): readonly string[] => definitions.map((definition) => opened.hash(definition));
    expect(new Set(hashes(runtime)).size).toBe(definitions.length);
    expect(hashes(again).slice(1)).toEqual(hashes(runtime).slice(1));
  });
});
