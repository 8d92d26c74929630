import { describe, expect, test } from "bun:test";
import { defaultServices } from "../../src/pipeline/stack-services.ts";
import { combinedRuntime } from "../../src/stack/combined-runtime.ts";
import type { Runtime } from "../../src/stack/runtime.ts";
import type { ServiceDefinition } from "../../src/stack/service.ts";
import type { ServiceIdentity } from "../../src/state/service-identity.ts";

const container = { pid: 1, containerId: "c", startedAt: "now" };
const program = { pid: 2, startTicks: 3, bootId: "b" };

/** A FAKE runtime that records its calls. */
function fakeRuntime(name: string, identity: ServiceIdentity, asked: string[]): Runtime {
  const answer = <T>(what: string, value: T): T => {
    asked.push(`${name} ${what}`);
    return value;
  };
  return {
    prepare: async (definitions) => answer(`prepare ${definitions.map((one) => one.name).join()}`, undefined),
    hash: (definition) => answer(`hash ${definition.name}`, name),
    start: async (definition) => answer(`start ${definition.name}`, identity),
    stop: async (service) => answer(`stop ${service}`, undefined),
    kill: async (service) => answer(`kill ${service}`, true),
    freeze: async () => answer("freeze", true),
    thaw: async () => answer("thaw", undefined),
    isFrozen: async () => answer("isFrozen", false),
    isRunning: async () => answer("isRunning", true),
    endOrphans: async () => answer("endOrphans", undefined),
    archiveClasses: async (started) => answer(`archiveClasses ${started.map((one) => one.name).join()}`, undefined),
    endArchiving: async () => answer("endArchiving", undefined),
    running: async () => answer("running", [{ name, identity }]),
    endOf: async () => answer("endOf", undefined),
    requireOwnPorts: async (definition) => answer(`requireOwnPorts ${definition.name}`, undefined),
    residentBytes: async () => answer("residentBytes", 1),
    cpuTimeMs: async () => answer("cpuTimeMs", 1),
    tailLog: async (service) => answer(`tailLog ${service}`, []),
    followLog: async (service) => answer(`followLog ${service}`, undefined),
    diskOf: async (service) => answer(`diskOf ${service}`, undefined),
    dataOf: (service) =>
      answer(`dataOf ${service}`, {
        root: name,
        list: async () => [],
        find: async () => [],
        sizes: async () => new Map(),
        read: async () => "",
        remove: async () => {},
      }),
    forget: async () => answer("forget", undefined),
  };
}

describe("combinedRuntime()", () => {
  const [kafka, ...others] = defaultServices({ runtime: "docker", portOffset: 0 });
  if (!kafka) throw new Error("a stack has Kafka");
  const page: ServiceDefinition = { ...kafka, name: "page", process: { kind: "streamctl", args: [] } };
  const definitions = [kafka, ...others, page];

  test("passes each call to the runtime of the service or run", async () => {
    const asked: string[] = [];
    const runtime = combinedRuntime(fakeRuntime("docker", container, asked), fakeRuntime("local", program, asked), definitions);
    await runtime.prepare([kafka, page]);
    for (const [definition, identity] of [
      [kafka, container],
      [page, program],
    ] as const) {
      expect(await runtime.start(definition)).toEqual(identity);
      runtime.hash(definition);
      await runtime.freeze(identity);
      await runtime.isFrozen(identity);
      await runtime.thaw(identity);
      await runtime.kill(definition.name, identity);
      await runtime.isRunning(identity);
      await runtime.requireOwnPorts(definition, identity);
      await runtime.residentBytes(identity);
      await runtime.cpuTimeMs(identity);
      await runtime.endOf(identity);
      await runtime.tailLog(definition.name, 1);
      await runtime.followLog(definition.name, 1, async () => {}, new AbortController().signal);
      await runtime.diskOf(definition.name);
      runtime.dataOf(definition.name);
      await runtime.stop(definition.name, identity, 1);
    }
    const asks = (name: string, service: string): readonly string[] =>
      [
        `start ${service}`,
        `hash ${service}`,
        "freeze",
        "isFrozen",
        "thaw",
        `kill ${service}`,
        "isRunning",
        `requireOwnPorts ${service}`,
        "residentBytes",
        "cpuTimeMs",
        "endOf",
        `tailLog ${service}`,
        `followLog ${service}`,
        `diskOf ${service}`,
        `dataOf ${service}`,
        `stop ${service}`,
      ].map((what) => `${name} ${what}`);
    expect(asked).toEqual(["local prepare page", "docker prepare kafka", ...asks("docker", "kafka"), ...asks("local", "page")]);
  });

  test("prepares runtimes with services to start, finds the runs of both, and forgets both", async () => {
    const asked: string[] = [];
    const runtime = combinedRuntime(fakeRuntime("docker", container, asked), fakeRuntime("local", program, asked), definitions);
    await runtime.prepare([kafka]);
    expect(await runtime.running()).toEqual([
      { name: "docker", identity: container },
      { name: "local", identity: program },
    ]);
    await runtime.endOrphans();
    await runtime.archiveClasses([page, kafka]);
    await runtime.endArchiving();
    await runtime.forget();
    expect(asked).toEqual([
      "docker prepare kafka",
      "docker running",
      "local running",
      "docker endOrphans",
      "local endOrphans",
      "local archiveClasses page",
      "docker archiveClasses kafka",
      "docker endArchiving",
      "local endArchiving",
      "docker forget",
      "local forget",
    ]);
  });
});
