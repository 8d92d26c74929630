import { describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:http";
import { StreamctlError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { identifyProcess, type ProcessIdentity } from "../../src/core/process.ts";
import { defaultServices } from "../../src/pipeline/stack-services.ts";
import type { ExecutionContext } from "../../src/stack/execute.ts";
import { localData } from "../../src/stack/local/data.ts";
import type { DesiredService } from "../../src/stack/plan.ts";
import type { Runtime } from "../../src/stack/runtime.ts";
import type { Probe } from "../../src/stack/service.ts";
import type { ServiceRecord } from "../../src/state/run-state.ts";
import type { ServiceName } from "../../src/state/service-identity.ts";
import { startServices, stopServices } from "./run-services.ts";

/** A FAKE runtime: every service is the process of this test; starts and stops are recorded. */
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
    kill: async (name) => Boolean(events.push(`kill ${name}`)),
    freeze: async () => Boolean(events.push("freeze")),
    thaw: async () => void events.push("thaw"),
    isFrozen: async () => false,
    isRunning: async () => true,
    running: async () => [],
    endOrphans: async () => {},
    archiveClasses: async () => {},
    endArchiving: async () => {},
    endOf: async () => undefined,
    requireOwnPorts: async () => {},
    residentBytes: async () => 1,
    cpuTimeMs: async () => 1,
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

/** Probes that are not called. */
function asDefined(...names: readonly ServiceName[]): Partial<Record<ServiceName, Probe>> {
  return Object.fromEntries(names.map((name) => [name, { kind: "http", checks: [] }]));
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

describe("ServiceStarts", () => {
  test("starts a service only when its dependencies are ready", async () => {
    const events: string[] = [];
    let looks = 0;
    const { server, url } = await listen(() => {
      looks += 1;
      events.push("look");
      return looks < 3 ? 503 : 200;
    });
    const desired = desireWith({ zookeeper: { kind: "http", checks: [{ url }] }, pinot: { kind: "http", checks: [{ url }] } });
    const remembered = new Map<ServiceName, ServiceRecord>();
    const { all } = startServices(desired, contextOf(await fakeRuntime(events), remembered));
    const records = await all;
    server.close();
    expect(events).toEqual(["start zookeeper", "look", "look", "look", "start pinot", "look"]);
    expect(records.map(({ name, readyMs }) => [name, typeof readyMs])).toEqual([
      ["zookeeper", "number"],
      ["pinot", "number"],
    ]);
    expect([...remembered.keys()]).toEqual(["zookeeper", "pinot"]);
  });

  test("records the intent before it starts a service, and removes it when the start fails", async () => {
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
    const failure: unknown = await startServices(desired, context).all.catch((error: unknown) => error);
    expect(failure).toEqual(new Error("no such program"));
    expect(events).toEqual(["about to start zookeeper v1", "start zookeeper", "forget zookeeper"]);
  });

  test("stops a service that could not be recorded, so that no unknown process is left", async () => {
    const events: string[] = [];
    const { server, url } = await listen(() => 200);
    const desired = desireWith({ zookeeper: { kind: "http", checks: [{ url }] } });
    const remember = async (_: ServiceName, record: ServiceRecord | undefined): Promise<void> => {
      if (record) throw new Error("no space left on device");
    };
    const context = contextOf(await fakeRuntime(events), new Map(), { remember });
    const failure: unknown = await startServices(desired, context).all.catch((error: unknown) => error);
    server.close();
    expect(failure).toEqual(new Error("no space left on device"));
    expect(events).toEqual(["start zookeeper", "stop zookeeper"]);
  });

  test("stops services that were not ready when another one fails, keeps the ready ones, and shows the end of the log", async () => {
    const events: string[] = [];
    const good = await listen(() => 200);
    const bad = await listen(() => 503);
    const desired = desireWith({
      zookeeper: { kind: "http", checks: [{ url: good.url }] },
      flink: { kind: "http", checks: [{ url: bad.url }] },
    });
    const remembered = new Map<ServiceName, ServiceRecord>();
    const context = contextOf(await fakeRuntime(events), remembered, { timeoutMs: 300 });
    const failure: unknown = await startServices(desired, context).all.catch((error: unknown) => error);
    good.server.close();
    bad.server.close();
    expect(failure).toBeInstanceOf(StreamctlError);
    expect(failure).toMatchObject({ code: "service-failed", detail: "end of the log of flink", hint: "Run: streamctl logs flink" });
    expect(events).toEqual(["start zookeeper", "start flink", "stop flink"]);
    expect([...remembered.keys()]).toEqual(["zookeeper"]);
  });

  test("stops the services that it started when it is interrupted", async () => {
    const events: string[] = [];
    const { server, url } = await listen(() => 503);
    const desired = desireWith({ flink: { kind: "http", checks: [{ url }] } });
    const controller = new AbortController();
    const remembered = new Map<ServiceName, ServiceRecord>();
    const context = contextOf(await fakeRuntime(events), remembered, { signal: controller.signal });
    const { all } = startServices(desired, context);
    const failure = all.catch((error: unknown) => error);
    controller.abort();
    expect(await failure).toMatchObject({ code: "interrupted" });
    server.close();
    expect(events.filter((event) => event.startsWith("start")).length).toBe(events.filter((event) => event.startsWith("stop")).length);
    expect(remembered.size).toBe(0);
  });

  test("does not accept the answer of another stack's engine", async () => {
    const events: string[] = [];
    const { server, url } = await listen(() => 200);
    const desired = desireWith({ flink: { kind: "http", checks: [{ url }] } });
    const taken = new StreamctlError("port-taken", 'Cannot start "flink": port 8081 (Flink REST) is taken');
    const runtime: Runtime = { ...(await fakeRuntime(events)), requireOwnPorts: async () => await Promise.reject(taken) };
    const remembered = new Map<ServiceName, ServiceRecord>();
    const { all } = startServices(desired, contextOf(runtime, remembered));
    expect(await all.catch((error: unknown) => error)).toBe(taken);
    server.close();
    expect([events, remembered.size]).toEqual([["start flink", "stop flink"], 0]);
  });

  test("logs that a service is ready again, without a start time", async () => {
    let looks = 0;
    const { server, url } = await listen(() => (looks++ === 0 ? 503 : 200));
    const desired = desireWith({ pinot: { kind: "http", checks: [{ url }] } });
    const identity = await requireSelf();
    const record: ServiceRecord = { name: "pinot", identity, definitionHash: "v1", endpoint: "", startedAtMs: 0, readyMs: 17_300 };
    const said: string[] = [];
    const log = { ...silentLog, success: (message: string) => void said.push(message) };
    const { all } = startServices(desired, contextOf(await fakeRuntime([]), new Map(), { log }), [record]);
    expect(await all).toEqual([record]);
    server.close();
    expect(said).toEqual(["pinot is ready again"]);
  });

  test("restarts a service that exits while it is awaited", async () => {
    const events: string[] = [];
    const runtime = await fakeRuntime(events);
    const started = (): boolean => events.includes("start flink");
    const { server, url } = await listen(() => (started() ? 200 : 503));
    const desired = desireWith({ flink: { kind: "http", checks: [{ url }] } });
    const self = await requireSelf();
    const record: ServiceRecord = { name: "flink", identity: self, definitionHash: "v1", endpoint: "", startedAtMs: 0, readyMs: 5 };
    const said: string[] = [];
    let looks = 0;
    // It is running when the plan is made, which looks before and after it asks, but not when it is awaited.
    const isRunning = async (): Promise<boolean> => started() || looks++ < 2;
    const context = contextOf({ ...runtime, isRunning }, new Map(), {
      log: { ...silentLog, warn: (message) => void said.push(message) },
    });
    const { all } = startServices(desired, context, [record]);
    expect((await all).map(({ name, startedAtMs }) => [name, startedAtMs > 0])).toEqual([["flink", true]]);
    server.close();
    expect(events).toEqual(["start flink"]);
    expect(said).toEqual(["flink exited unexpectedly: restarting it"]);
  });

  test("continues a frozen service, and does not restart it", async () => {
    const events: string[] = [];
    const isFrozen = async (): Promise<boolean> => !events.includes("thaw");
    const { server, url } = await listen(() => (events.includes("thaw") ? 200 : 503));
    const desired = desireWith({ flink: { kind: "http", checks: [{ url }] } });
    const self = await requireSelf();
    const record: ServiceRecord = { name: "flink", identity: self, definitionHash: "v1", endpoint: "", startedAtMs: 0, readyMs: 5 };
    const said: string[] = [];
    const context = contextOf({ ...(await fakeRuntime(events)), isFrozen }, new Map(), {
      log: { ...silentLog, warn: (message) => void said.push(message), success: (message) => void said.push(message) },
    });
    const { all } = startServices(desired, context, [record]);
    expect(await all).toEqual([record]);
    server.close();
    expect(events).toEqual(["thaw"]);
    expect(said).toEqual(["flink is frozen: continuing it", "flink is ready again"]);
  });

  test("starts nothing when the plan keeps everything", async () => {
    const events: string[] = [];
    const desired = desireWith({ kafka: { kind: "http", checks: [] } });
    const record: ServiceRecord = {
      name: "kafka",
      identity: await requireSelf(),
      definitionHash: "v1",
      endpoint: "127.0.0.1:1",
      startedAtMs: 0,
      readyMs: 5,
    };
    const { all } = startServices(desired, contextOf(await fakeRuntime(events), new Map()), [record]);
    expect(await all).toEqual([record]);
    expect(events).toEqual([]);
  });
});

describe("ServiceStarts.exitError()", () => {
  async function startKafka(runtime: Runtime) {
    const desired = desireWith({ kafka: { kind: "http", checks: [] } });
    const identity = await requireSelf();
    const record: ServiceRecord = { name: "kafka", identity, definitionHash: "v1", endpoint: "", startedAtMs: 0, readyMs: 5 };
    return startServices(desired, contextOf(runtime, new Map()), [record]);
  }

  test("is undefined while all ready services run", async () => {
    const start = await startKafka(await fakeRuntime([]));
    await start.all;
    expect(await start.starts.exitError(0)).toBeUndefined();
    start.starts.release();
  });

  test("names the service that exited after it was ready, and the signal, and aborts all waits", async () => {
    let exited = false;
    const runtime: Runtime = {
      ...(await fakeRuntime([])),
      isRunning: async () => !exited,
      endOf: async () => ({ exitCode: null, signal: "SIGKILL", outOfMemory: false }),
    };
    const start = await startKafka(runtime);
    await start.all;
    exited = true;
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    if (start.failed.aborted) resolve();
    start.failed.addEventListener("abort", () => resolve());
    await aborted;
    expect(await start.starts.exitError(0)).toMatchObject({
      code: "service-failed",
      message: "kafka exited unexpectedly after it was ready: killed by SIGKILL",
      detail: "",
      hint: "Run: streamctl up (see the log with: streamctl logs kafka)",
    });
    start.starts.release();
  });
});

describe("stopServices()", () => {
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
    const runtime = await fakeRuntime(events);
    await stopServices(desireWith(asDefined("kafka", "flink")), [...remembered.values()], contextOf(runtime, remembered));
    expect(events).toEqual(["stop flink", "stop kafka"]);
    expect(remembered.size).toBe(0);
  });

  test("stops the other services of a wave before it fails, and keeps those that they depend on", async () => {
    const events: string[] = [];
    const self = await requireSelf();
    const runtime = await fakeRuntime(events);
    const stop: Runtime["stop"] = async (name, identity, timeoutMs) => {
      if (name === "flink") throw new Error("not mine");
      await runtime.stop(name, identity, timeoutMs);
    };
    const names = ["kafka", "flink", "pinot"] as const;
    const records = names.map((name) => ({ name, identity: self, definitionHash: "v1", endpoint: "", startedAtMs: 0 }));
    const stopping = stopServices(desireWith(asDefined(...names)), records, contextOf({ ...runtime, stop }, new Map()));
    expect(await stopping.catch((error: unknown) => error)).toEqual(new Error("not mine"));
    expect(events).toEqual(["stop pinot"]);
  });
});
