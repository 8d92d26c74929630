import { describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:http";
import { StreamctlError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { identifyProcess, type ProcessIdentity } from "../../src/core/process.ts";
import { executeStart, type ExecutionContext } from "../../src/stack/execute.ts";
import { stopServices } from "../../src/stack/stop.ts";
import { localData } from "../../src/stack/local/data.ts";
import { planStack, type DesiredService } from "../../src/stack/plan.ts";
import type { ServiceRecord } from "../../src/state/run-state.ts";
import type { Runtime } from "../../src/stack/runtime.ts";
import type { Probe } from "../../src/stack/service.ts";
import { defaultServices } from "../../src/pipeline/stack-services.ts";
import type { RunningService, ServiceName } from "../../src/state/service-identity.ts";

/** Stands for a runtime: every service is this very test's process, and its starts and stops are written down. */
async function fakeRuntime(events: string[]): Promise<Runtime> {
  const self = await requireSelf();
  return {
    prepare: async () => {},
    hash: () => "v1",
    start: async ({ name }) => {
      events.push(`start ${name}`);
      return self;
    },
    stop: async (name) => void events.push(`stop ${name}`),
    isRunning: async () => true,
    running: async () => [],
    endOrphans: async () => {},
    endOf: async () => undefined,
    requireOwnPorts: async () => {},
    residentBytes: async () => 1,
    tailLog: async (name) => [`end of the log of ${name}`],
    followLog: async () => {},
    diskOf: async () => undefined,
    dataOf: () => localData("/nowhere"),
    forget: async () => {},
  };
}

async function requireSelf(): Promise<ProcessIdentity> {
  const self = await identifyProcess(process.pid);
  if (!self) throw new Error("no /proc");
  return self;
}

async function listen(answer: () => number): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, response) => response.writeHead(answer()).end());
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}` };
}

function desireWith(probes: Partial<Record<ServiceName, Probe>>): readonly DesiredService[] {
  return defaultServices({ portOffset: 0, runtime: "local" })
    .filter(({ name }) => probes[name] !== undefined)
    .map((definition) => ({ definition: { ...definition, probe: probes[definition.name] ?? definition.probe }, definitionHash: "v1" }));
}

function contextOf(
  runtime: Runtime,
  remembered: Map<ServiceName, ServiceRecord>,
  change: Partial<ExecutionContext> = {},
): ExecutionContext {
  return {
    runtime,
    kafkaProbe: async () => true,
    log: silentLog,
    signal: new AbortController().signal,
    timeoutMs: 5000,
    intend: async () => {},
    remember: async (name, record) => void (record ? remembered.set(name, record) : remembered.delete(name)),
    ...change,
  };
}

describe("executeStart()", () => {
  test("starts a service only when what it depends on says that it is ready", async () => {
    const events: string[] = [];
    let looks = 0;
    const { server, url } = await listen(() => {
      looks += 1;
      events.push("look");
      return looks < 3 ? 503 : 200;
    });
    const desired = desireWith({ zookeeper: { kind: "http", checks: [{ url }] }, pinot: { kind: "http", checks: [{ url }] } });
    const remembered = new Map<ServiceName, ServiceRecord>();
    const { all } = executeStart(planStack(desired, []), desired, new Map(), contextOf(await fakeRuntime(events), remembered));
    const records = await all;
    server.close();
    expect(events).toEqual(["start zookeeper", "look", "look", "look", "start pinot", "look"]);
    expect(records.map(({ name, readyMs }) => [name, typeof readyMs])).toEqual([
      ["zookeeper", "number"],
      ["pinot", "number"],
    ]);
    expect([...remembered.keys()]).toEqual(["zookeeper", "pinot"]);
  });

  test("writes down that a service is about to be started before it is, and forgets it where the start fails", async () => {
    const events: string[] = [];
    const desired = desireWith({ zookeeper: { kind: "http", checks: [] } });
    const start = async (): Promise<never> => {
      events.push("start zookeeper");
      return await Promise.reject(new Error("no such program"));
    };
    const context = contextOf({ ...(await fakeRuntime(events)), start }, new Map(), {
      intend: async ({ name, definitionHash }) => void events.push(`about to start ${name} ${definitionHash}`),
      remember: async (name, record) => void events.push(`${record ? "remember" : "forget"} ${name}`),
    });
    const failure: unknown = await executeStart(planStack(desired, []), desired, new Map(), context).all.catch((error: unknown) => error);
    expect(failure).toEqual(new Error("no such program"));
    expect(events).toEqual(["about to start zookeeper v1", "start zookeeper", "forget zookeeper"]);
  });

  test("stops a service that could not be written down, so that no process is left that nobody knows", async () => {
    const events: string[] = [];
    const { server, url } = await listen(() => 200);
    const desired = desireWith({ zookeeper: { kind: "http", checks: [{ url }] } });
    const remember = async (_: ServiceName, record: ServiceRecord | undefined): Promise<void> => {
      if (record) throw new Error("no space left on device");
    };
    const context = contextOf(await fakeRuntime(events), new Map(), { remember });
    const failure: unknown = await executeStart(planStack(desired, []), desired, new Map(), context).all.catch((error: unknown) => error);
    server.close();
    expect(failure).toEqual(new Error("no space left on device"));
    expect(events).toEqual(["start zookeeper", "stop zookeeper"]);
  });

  test("stops what was not ready when another service fails, keeps what was, and shows the end of the log", async () => {
    const events: string[] = [];
    const good = await listen(() => 200);
    const bad = await listen(() => 503);
    const desired = desireWith({
      zookeeper: { kind: "http", checks: [{ url: good.url }] },
      flink: { kind: "http", checks: [{ url: bad.url }] },
    });
    const remembered = new Map<ServiceName, ServiceRecord>();
    const context = contextOf(await fakeRuntime(events), remembered, { timeoutMs: 300 });
    const failure: unknown = await executeStart(planStack(desired, []), desired, new Map(), context).all.catch((error: unknown) => error);
    good.server.close();
    bad.server.close();
    expect(failure).toBeInstanceOf(StreamctlError);
    expect(failure).toMatchObject({ code: "service-failed", detail: "end of the log of flink", hint: "Type: streamctl logs flink" });
    expect(events).toEqual(["start zookeeper", "start flink", "stop flink"]);
    expect([...remembered.keys()]).toEqual(["zookeeper"]);
  });

  test("stops what it started when it is interrupted", async () => {
    const events: string[] = [];
    const { server, url } = await listen(() => 503);
    const desired = desireWith({ flink: { kind: "http", checks: [{ url }] } });
    const controller = new AbortController();
    const remembered = new Map<ServiceName, ServiceRecord>();
    const context = contextOf(await fakeRuntime(events), remembered, { signal: controller.signal });
    const { all } = executeStart(planStack(desired, []), desired, new Map(), context);
    const failure = all.catch((error: unknown) => error);
    controller.abort();
    expect(await failure).toMatchObject({ code: "interrupted" });
    server.close();
    expect(events.filter((event) => event.startsWith("start")).length).toBe(events.filter((event) => event.startsWith("stop")).length);
    expect(remembered.size).toBe(0);
  });

  test("does not take the answer of another stack's engine for that of its own", async () => {
    const events: string[] = [];
    const { server, url } = await listen(() => 200);
    const desired = desireWith({ flink: { kind: "http", checks: [{ url }] } });
    const taken = new StreamctlError("port-taken", 'Cannot start "flink": port 8081 (Flink REST) is taken');
    const runtime: Runtime = { ...(await fakeRuntime(events)), requireOwnPorts: async () => await Promise.reject(taken) };
    const remembered = new Map<ServiceName, ServiceRecord>();
    const { all } = executeStart(planStack(desired, []), desired, new Map(), contextOf(runtime, remembered));
    expect(await all.catch((error: unknown) => error)).toBe(taken);
    server.close();
    expect([events, remembered.size]).toEqual([["start flink", "stop flink"], 0]);
  });

  test("says of what was ready once that it answers again, not how long it took when it was started", async () => {
    const { server, url } = await listen(() => 200);
    const desired = desireWith({ pinot: { kind: "http", checks: [{ url }] } });
    const identity = await requireSelf();
    const record: ServiceRecord = { name: "pinot", identity, definitionHash: "v1", endpoint: "", startedAtMs: 0, readyMs: 17_300 };
    const plan = planStack(desired, [{ name: "pinot", state: "running", pid: 1, definitionHash: "v1", healthy: false }]);
    const said: string[] = [];
    const log = { ...silentLog, success: (message: string) => void said.push(message) };
    const { all } = executeStart(plan, desired, new Map([["pinot", record]]), contextOf(await fakeRuntime([]), new Map(), { log }));
    expect(await all).toEqual([record]);
    server.close();
    expect(said).toEqual(["pinot answers again"]);
  });

  test("starts again what died while it was awaited", async () => {
    const events: string[] = [];
    const runtime = await fakeRuntime(events);
    const started = (): boolean => events.includes("start flink");
    const { server, url } = await listen(() => (started() ? 200 : 503));
    const desired = desireWith({ flink: { kind: "http", checks: [{ url }] } });
    const self = await requireSelf();
    const record: ServiceRecord = { name: "flink", identity: self, definitionHash: "v1", endpoint: "", startedAtMs: 0, readyMs: 5 };
    const plan = planStack(desired, [{ name: "flink", state: "running", pid: 1, definitionHash: "v1", healthy: false }]);
    expect(plan.map(({ operation }) => operation)).toEqual(["await"]);
    const said: string[] = [];
    const context = contextOf({ ...runtime, isRunning: async () => started() }, new Map(), {
      log: { ...silentLog, warn: (message) => void said.push(message) },
    });
    const { all } = executeStart(plan, desired, new Map([["flink", record]]), context);
    expect((await all).map(({ name, startedAtMs }) => [name, startedAtMs > 0])).toEqual([["flink", true]]);
    server.close();
    expect(events).toEqual(["start flink"]);
    expect(said).toEqual(["flink died: starting it again"]);
  });

  test("starts nothing where the plan keeps everything", async () => {
    const events: string[] = [];
    const desired = desireWith({ kafka: { kind: "kafka", address: "127.0.0.1:1" } });
    const record: ServiceRecord = {
      name: "kafka",
      identity: await requireSelf(),
      definitionHash: "v1",
      endpoint: "127.0.0.1:1",
      startedAtMs: 0,
      readyMs: 5,
    };
    const plan = planStack(desired, [{ name: "kafka", state: "running", pid: 1, definitionHash: "v1", healthy: true }]);
    const { all } = executeStart(plan, desired, new Map([["kafka", record]]), contextOf(await fakeRuntime(events), new Map()));
    expect(await all).toEqual([record]);
    expect(events).toEqual([]);
  });
});

describe("StackStart.death()", () => {
  async function startKafka(runtime: Runtime) {
    const desired = desireWith({ kafka: { kind: "kafka", address: "127.0.0.1:1" } });
    const identity = await requireSelf();
    const record: ServiceRecord = { name: "kafka", identity, definitionHash: "v1", endpoint: "", startedAtMs: 0, readyMs: 5 };
    const plan = planStack(desired, [{ name: "kafka", state: "running", pid: 1, definitionHash: "v1", healthy: true }]);
    return executeStart(plan, desired, new Map([["kafka", record]]), contextOf(runtime, new Map()));
  }

  test("is undefined while everything that was ready runs", async () => {
    const start = await startKafka(await fakeRuntime([]));
    await start.all;
    expect(await start.death(0)).toBeUndefined();
    start.release();
  });

  test("says who died after it was ready, by which signal, and gives up whatever waits for the stack", async () => {
    const runtime: Runtime = {
      ...(await fakeRuntime([])),
      isRunning: async () => false,
      endOf: async () => ({ exitCode: null, signal: "SIGKILL", outOfMemory: false }),
    };
    const start = await startKafka(runtime);
    await start.all;
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    if (start.signal.aborted) resolve();
    start.signal.addEventListener("abort", () => resolve());
    await aborted;
    expect(await start.death(0)).toMatchObject({
      code: "service-failed",
      message: "kafka died after it was ready: its process was killed by SIGKILL",
      detail: "",
      hint: "Start it again with: streamctl up; see its log with: streamctl logs kafka",
    });
    start.release();
  });
});

describe("stopServices()", () => {
  const definitions = defaultServices({ portOffset: 0, runtime: "local" });

  test("stops in the order of the dependencies and forgets each", async () => {
    const events: string[] = [];
    const record = (name: ServiceName, identity: ProcessIdentity): ServiceRecord => ({
      name,
      identity,
      definitionHash: "v1",
      endpoint: "",
      startedAtMs: 0,
    });
    const self = await requireSelf();
    const remembered = new Map<ServiceName, ServiceRecord>([
      ["kafka", record("kafka", self)],
      ["flink", record("flink", self)],
    ]);
    const forget = async ({ name: stopped }: RunningService): Promise<void> => void remembered.delete(stopped);
    await stopServices([...remembered.values()], { runtime: await fakeRuntime(events), definitions, log: silentLog, forget });
    expect(events).toEqual(["stop flink", "stop kafka"]);
    expect(remembered.size).toBe(0);
  });

  test("stops the others of a wave before it fails, and leaves those that they work with", async () => {
    const events: string[] = [];
    const self = await requireSelf();
    const runtime = await fakeRuntime(events);
    const stop: Runtime["stop"] = async (name, identity, timeoutMs) => {
      if (name === "flink") throw new Error("not mine");
      await runtime.stop(name, identity, timeoutMs);
    };
    const services = (["kafka", "flink", "pinot"] as const).map((name) => ({ name, identity: self }));
    const stopping = stopServices(services, { runtime: { ...runtime, stop }, definitions, log: silentLog });
    expect(await stopping.catch((error: unknown) => error)).toEqual(new Error("not mine"));
    expect(events).toEqual(["stop pinot"]);
  });
});
