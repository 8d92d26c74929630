import { describe, expect, test } from "bun:test";
import { resolveChoices, type DetectedMachine, type RequestedChoices } from "../../src/pipeline/choices.ts";
import type { StackChoices } from "../../src/state/choices.ts";
import type { RunState, ServiceRecord } from "../../src/state/run-state.ts";
import { describeChoices } from "../../src/pipeline/reasons.ts";
import { someChoices } from "../state/some-choices.ts";

/** A machine with Java and without ksqlDB. */
const bare: DetectedMachine = { processors: {}, onlyContainers: false };
const installed = { processors: { ksqldb: { home: "/opt/ksqldb", image: false } } };
const pulled = { processors: { ksqldb: { image: true } } };
const url = (value: string) => ({ processorOptions: { "ksqldb-url": value } });
const home = (value: string) => ({ processorOptions: { "ksqldb-home": value } });
const nothing: RequestedChoices = { runtime: undefined, processor: undefined, portOffset: undefined, only: undefined };
const kafka: ServiceRecord = {
  name: "kafka",
  identity: { pid: 1, startTicks: 1, bootId: "b" },
  definitionHash: "h",
  endpoint: "e",
  startedAtMs: 1,
};
const flink: StackChoices = { ...someChoices, processorReason: { code: "recorded", facts: { text: "before" } } };
const ksqldb: StackChoices = { ...flink, processor: "ksqldb", source: { url: "http://a:8088" } };

const stack = { id: "0a1b2c3d", place: { path: "/s", device: "1", inode: "2" } };
const stateOf = (choices: StackChoices, up: boolean): RunState => ({
  version: 3,
  stack,
  choices,
  services: up ? [kafka] : [],
  starting: [],
  resources: [],
});
const isUp = (state: RunState | undefined): boolean => state !== undefined && state.services.length > 0;

/** The choices, or the error message. */
function choose(requested: Partial<RequestedChoices>, state?: RunState, machine?: Partial<DetectedMachine>): string {
  try {
    const choices = resolveChoices({ ...nothing, ...requested }, state, { ...bare, ...machine }, isUp(state));
    return `${choices.processor} ${JSON.stringify(choices.source ?? {})} because ${describeChoices(choices).split("; ")[1]}`;
  } catch (error) {
    return error instanceof Error ? error.message : "?";
  }
}

describe("resolveChoices()", () => {
  test("chooses ksqlDB if it is available, with the reason", () => {
    const lines = [
      choose({}),
      choose({ processor: "auto" }),
      choose(url("http://127.0.0.1:8088/")),
      choose(home("/opt/ksqldb")),
      choose({}, undefined, installed),
      choose({ processor: "flink" }, undefined, installed),
      choose({ processor: "ksqldb" }, undefined, installed),
      choose({ processor: "ksqldb" }),
    ];
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      "flink {} because flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)
      flink {} because flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)
      ksqldb {"url":"http://127.0.0.1:8088"} because ksqldb: the server at http://127.0.0.1:8088 was given
      ksqldb {"home":"/opt/ksqldb"} because ksqldb: it is installed in /opt/ksqldb
      ksqldb {"home":"/opt/ksqldb"} because ksqldb: it is installed in /opt/ksqldb
      flink {} because flink: requested
      ksqldb {"home":"/opt/ksqldb"} because ksqldb: it is installed in /opt/ksqldb
      Cannot use --processor ksqldb: no package registry has ksqlDB, and no source was given"
    `);
  });

  test("chooses containers if they are requested or nothing else can run, and keeps them until down", () => {
    const docker: StackChoices = { ...flink, runtime: "docker", runtimeReason: { code: "containers" } };
    const chosen = (requested: Partial<RequestedChoices>, state?: RunState, machine?: Partial<DetectedMachine>): string => {
      const choices = resolveChoices({ ...nothing, ...requested }, state, { ...bare, ...machine }, isUp(state));
      return `${choices.runtime} because ${describeChoices(choices)}`;
    };
    expect([
      chosen({}),
      chosen({ runtime: "docker" }),
      chosen({}, stateOf(docker, true)),
      chosen({ runtime: "auto" }, stateOf(docker, false)),
      chosen({ runtime: "local" }, stateOf(docker, false)),
      chosen({}, undefined, { onlyContainers: true }),
      chosen({}, stateOf(flink, false), { onlyContainers: true }),
    ]).toEqual([
      "local because local: the engines run as local processes; flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)",
      "docker because docker: the engines run in containers; flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)",
      "docker because docker: the engines run in containers; flink: as before",
      "docker because docker: the engines run in containers; flink: as before",
      "local because local: the engines run as local processes; flink: as before",
      "docker because docker: Java is not installed, and all images are available; flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)",
      "local because local: the engines run as local processes; flink: as before",
    ]);
    expect(choose({ runtime: "docker" }, stateOf(flink, true))).toBe("Cannot change --runtime: the stack is up with local");
    expect(choose({ runtime: "local" }, stateOf(docker, true))).toBe("Cannot change --runtime: the stack is up with docker");
  });

  test("runs a folder with ksqlDB in a container, or else its image if ksqlDB is requested or the image is available", () => {
    const docker = { runtime: "docker" };
    const kept: StackChoices = { ...flink, runtime: "docker", processor: "ksqldb", source: { image: true } };
    const lines = [
      choose(docker, undefined, installed),
      choose({ ...docker, ...url("http://a:8088") }, undefined, installed),
      choose(docker),
      choose({ ...docker, processor: "ksqldb" }),
      choose(docker, undefined, pulled),
      choose({}, undefined, pulled),
      choose({}, stateOf(kept, true)),
      choose({ runtime: "local" }, stateOf(kept, false)),
      choose(home("/opt/ksqldb"), stateOf(kept, true)),
    ];
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      "ksqldb {"home":"/opt/ksqldb"} because ksqldb: it is installed in /opt/ksqldb
      ksqldb {"url":"http://a:8088"} because ksqldb: the server at http://a:8088 was given
      flink {} because flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)
      ksqldb {"image":true} because ksqldb: its image is available
      ksqldb {"image":true} because ksqldb: its image is available
      flink {} because flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)
      ksqldb {"image":true} because ksqldb: its image is available
      Cannot use --processor ksqldb: no package registry has ksqlDB, and no source was given
      Cannot change the source of ksqlDB: the stack is up with an image"
    `);
  });

  test("rejects contradictory options and invalid addresses", () => {
    expect(choose({ processorOptions: { "ksqldb-url": "http://a", "ksqldb-home": "/b" } })).toBe(
      "Cannot use both --ksqldb-url and --ksqldb-home",
    );
    expect(choose({ processor: "flink", ...home("/b") })).toContain("they contradict each other");
    expect(choose(url("x"))).toBe('Cannot use "x" for --ksqldb-url: it is not an HTTP URL');
    expect(choose(url("http://me:secret@a"))).toBe("Cannot use a URL with credentials for --ksqldb-url: they would be stored in the state");
    expect(choose({ processor: "sparc" })).toBe('Cannot use "sparc" for --processor: no such value');
  });

  test("keeps the processor of a running stack when the environment changes", () => {
    expect(choose({}, stateOf(flink, true), installed)).toBe("flink {} because flink: as before");
    expect(choose({}, stateOf(ksqldb, true))).toContain('ksqldb {"url":"http://a:8088"}');
    expect(choose({ processor: "ksqldb" }, stateOf(flink, true), installed)).toBe(
      "Cannot change the processor: the stack is up with flink",
    );
    expect(choose(url("http://b:8088"), stateOf(ksqldb, true))).toBe(
      "Cannot change the source of ksqlDB: the stack is up with http://a:8088",
    );
  });

  test("keeps the previous choices after `down`, until others are given", () => {
    expect(choose({}, stateOf(ksqldb, false))).toContain('ksqldb {"url":"http://a:8088"}');
    expect(choose({ processor: "flink" }, stateOf(ksqldb, false))).toBe("flink {} because flink: requested");
    expect(choose(home("/opt/ksqldb"), stateOf(flink, false))).toContain('ksqldb {"home":"/opt/ksqldb"}');
  });

  test("accepts other choices once all services have died, as after a reboot", () => {
    const dead = stateOf(flink, true);
    expect(resolveChoices({ ...nothing, portOffset: 1000, only: ["kafka"] }, dead, bare, false)).toEqual({
      ...flink,
      portOffset: 1000,
      only: ["kafka"],
    });
    expect(() => resolveChoices({ ...nothing, portOffset: 1000 }, dead, bare, true)).toThrow(
      "Cannot change --port-offset: the stack is up with 0",
    );
  });

  test("remembers an abandoned server until the stack's objects are removed from it", () => {
    const abandoned = (requested: Partial<RequestedChoices>, kept: StackChoices): unknown =>
      resolveChoices({ ...nothing, ...requested }, stateOf(kept, false), bare, false).abandoned?.[0]?.source["url"];
    const left = [{ processor: "ksqldb", source: { url: "http://a:8088" } }];
    expect(abandoned({ processor: "flink" }, ksqldb)).toBe("http://a:8088");
    expect(abandoned({}, { ...flink, abandoned: left })).toBe("http://a:8088");
    expect(abandoned(url("http://a:8088"), { ...flink, abandoned: left })).toBeUndefined();
    expect(abandoned({}, ksqldb)).toBeUndefined();
  });

  test("reads a state of a version without ksqlDB", () => {
    expect(resolveChoices(nothing, stateOf(flink, true), bare, true)).toEqual(flink);
  });
});
