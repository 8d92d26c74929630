/** The docker runtime on a fake engine; `make test-docker` runs it on a real one. */

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "../../../src/stack/runtime.ts";
import { failureOf } from "../../processors/failure.ts";
import { containerId, definitions, FakeEngine, kafka, open } from "./fake-engine.ts";
import type { ContainerIdentity } from "../../../src/state/service-identity.ts";

describe("dockerRuntime()", () => {
  test("builds a missing image, creates the container, and starts it", async () => {
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

  test("builds no existing image, and leaves running containers to the executor", async () => {
    const engine = new FakeEngine();
    const { runtime, composeDir } = await open(engine);
    engine.created = true;
    engine.running = true;
    await runtime.prepare(kafka);
    const tag = /image: (streamctl-kafka:\S+)/u.exec(await readFile(join(composeDir, "compose.yaml"), "utf8"))?.[1] ?? "";
    engine.images.add(tag);
    engine.commands.length = 0;
    await runtime.prepare(kafka);
    expect(engine.commands).toEqual([`image inspect ${tag}`, "volume ls -q --filter label=streamctl.service=p/kafka"]);
  });

  test("recreates a container whose definition has changed, and no other", async () => {
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

  test("recreates a container that is labelled with another state folder than the stack's present one", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.created = true;
    engine.definition = kafka.map((definition) => runtime.hash(definition)).join();
    engine.stateDir = "/before/it/was/renamed";
    await runtime.prepare(kafka);
    expect(engine.commands.slice(-2)).toEqual(["rm c", "compose up --no-start --no-build --no-deps kafka"]);
  });

  test("sees a container running right after its start, although it was stopped a moment ago", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.created = true;
    engine.definition = kafka.map((definition) => runtime.hash(definition)).join();
    expect(await runtime.isRunning({ pid: 77, containerId, startedAt: "start-0" })).toBe(false);
    const started = await Promise.all(kafka.map(async (definition) => await runtime.start(definition)));
    expect(await Promise.all(started.map(async (identity) => await runtime.isRunning(identity)))).toEqual([true]);
  });

  test("reports lost data when a volume that was created before no longer exists", async () => {
    const engine = new FakeEngine();
    const { runtime, warnings } = await open(engine);
    engine.volumes = "";
    await runtime.prepare(kafka);
    expect(warnings).toEqual([]);
    await runtime.prepare(kafka);
    expect(warnings).toEqual(["The data of kafka is lost: the volume was removed outside of streamctl"]);
    engine.volumes = "p_kafka-data";
    await runtime.prepare(kafka);
    expect(warnings).toHaveLength(1);
  });

  test("distinguishes two runs of the same container", async () => {
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

  test("pauses, continues and kills a container, and only in the given run", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.created = true;
    await engine.run(["start"]);
    const run: ContainerIdentity = { pid: 77, containerId, startedAt: "start-1" };
    const earlier = { ...run, startedAt: "start-0" };
    expect([await runtime.freeze(earlier), await runtime.kill("kafka", earlier), engine.paused]).toEqual([false, false, false]);
    expect([await runtime.freeze(run), await runtime.freeze(run)]).toEqual([true, true]);
    expect([await runtime.isFrozen(run), await runtime.isRunning(run)]).toEqual([true, true]);
    await runtime.thaw(run);
    await runtime.thaw(run);
    expect(await runtime.isFrozen(run)).toBe(false);
    await runtime.freeze(run);
    expect(await runtime.kill("kafka", run)).toBe(true);
    expect([await runtime.isRunning(run), await runtime.kill("kafka", run)]).toEqual([false, false]);
    expect(engine.commands).toEqual(["start", "pause c", "unpause c", "pause c", "unpause c", "kill c"]);
  });

  test("stops a paused container, which an engine may refuse", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    engine.created = true;
    await engine.run(["start"]);
    const run: ContainerIdentity = { pid: 77, containerId, startedAt: "start-1" };
    await runtime.freeze(run);
    await runtime.stop("kafka", run, 1000);
    expect(engine.commands).toEqual(["start", "pause c", "unpause c", "stop -t 1 c"]);
  });

  test("gives a hint when a base image cannot be pulled", async () => {
    const engine = new FakeEngine();
    engine.buildFails = true;
    const { runtime } = await open(engine);
    expect(await failureOf(runtime.prepare(kafka))).toMatchObject({
      code: "download",
      hint: expect.stringContaining("STREAMCTL_BASE_IMAGE"),
      detail: "Step 3/9\nerror pulling image: dial tcp: refused",
    });
  });

  test("adds up memory and processor time of a container's processes, and shows the end of its log, or none without a container", async () => {
    const engine = new FakeEngine();
    const { runtime } = await open(engine);
    expect(await runtime.tailLog("kafka", 5)).toBeUndefined();
    engine.created = true;
    expect(await runtime.tailLog("kafka", 5)).toEqual(["one", "two"]);
    expect(await runtime.residentBytes({ pid: 77, containerId, startedAt: "start-1" })).toBe(1000 * 1024);
    expect(await runtime.cpuTimeMs({ pid: 77, containerId, startedAt: "start-1" })).toBe(1000);
  });

  test("refuses to stop a service of another runtime", async () => {
    const { runtime } = await open(new FakeEngine());
    expect(await failureOf(runtime.stop("kafka", { pid: 1, startTicks: 1, bootId: "b" }, 1000))).toMatchObject({
      message: "Cannot find the container of process 1: it was started by another runtime",
    });
  });

  test("forget() removes containers, volumes and networks of the project, including those of former services", async () => {
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

  test("reports the signal that ended a container, and whether it was an OOM kill", async () => {
    const engine = new FakeEngine();
    const inspected: string[] = [];
    engine.run = async (args) => {
      inspected.push(args.join(" ").replaceAll(containerId, "c"));
      return { output: inspected.length === 1 ? "137 true" : "Error: No such container: c", exitCode: 0 };
    };
    const { runtime } = await open(engine);
    const identity = { pid: 77, containerId, startedAt: "start-1" };
    expect(await runtime.endOf(identity)).toEqual({ exitCode: null, signal: "SIGKILL", outOfMemory: true });
    expect(await runtime.endOf(identity)).toBeUndefined();
    expect(inspected[0]).toBe("inspect --type container --format {{.State.ExitCode}} {{.State.OOMKilled}} c");
  });

  test("changes a definition's hash when its image or its ports change, and only then", async () => {
    const { runtime } = await open(new FakeEngine());
    const { runtime: again } = await open(new FakeEngine());
    const hashes = (opened: Runtime): readonly string[] => definitions.map((definition) => opened.hash(definition));
    expect(new Set(hashes(runtime)).size).toBe(definitions.length);
    expect(hashes(again).slice(1)).toEqual(hashes(runtime).slice(1));
  });
});
