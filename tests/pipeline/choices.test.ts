import { describe, expect, test } from "bun:test";
import { resolveChoices, type TypedChoices } from "../../src/pipeline/choices.ts";
import type { RunState, ServiceRecord, StackChoices } from "../../src/stack/run-state.ts";

const nothing: TypedChoices = { runtime: undefined, processor: undefined, portOffset: undefined, only: undefined };
const kafka: ServiceRecord = {
  name: "kafka",
  identity: { pid: 1, startTicks: 1, bootId: "b" },
  definitionHash: "h",
  endpoint: "e",
  startedAtMs: 1,
};
const flink: StackChoices = { runtime: "local", processor: "flink", why: "before", portOffset: 0 };
const ksqldb: StackChoices = { ...flink, processor: "ksqldb", ksqldb: { url: "http://a:8088" } };

const stateOf = (choices: StackChoices, up: boolean): RunState => ({ version: 1, choices, services: up ? [kafka] : [] });

/** What was chosen, or the words of the refusal. */
function choose(typed: Partial<TypedChoices>, state?: RunState, home?: string): string {
  try {
    const { processor, why, ksqldb: source } = resolveChoices({ ...nothing, ...typed }, state, { STREAMCTL_KSQLDB_HOME: home });
    return `${processor} ${JSON.stringify(source ?? {})} because ${why.split("; ")[1] ?? why}`;
  } catch (error) {
    return error instanceof Error ? error.message : "?";
  }
}

describe("resolveChoices()", () => {
  test("takes ksqlDB where it can be had, and says why", () => {
    const lines = [
      choose({}),
      choose({ processor: "auto" }),
      choose({ ksqldbUrl: "http://127.0.0.1:8088/" }),
      choose({ ksqldbHome: "/opt/ksqldb" }),
      choose({}, undefined, "/opt/ksqldb"),
      choose({ processor: "flink" }, undefined, "/opt/ksqldb"),
      choose({ processor: "ksqldb" }, undefined, "/opt/ksqldb"),
      choose({ processor: "ksqldb" }),
    ];
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      "flink {} because flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)
      flink {} because flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)
      ksqldb {"url":"http://127.0.0.1:8088"} because ksqldb: the server at http://127.0.0.1:8088 is there
      ksqldb {"home":"/opt/ksqldb"} because ksqldb: it is installed in /opt/ksqldb
      ksqldb {"home":"/opt/ksqldb"} because ksqldb: it is installed in /opt/ksqldb
      flink {} because flink: asked for
      ksqldb {"home":"/opt/ksqldb"} because ksqldb: it is installed in /opt/ksqldb
      Cannot use --processor ksqldb: ksqlDB is in no package registry, and none was given"
    `);
  });

  test("takes containers only where they are asked for, and keeps them until down", () => {
    const docker: StackChoices = { ...flink, runtime: "docker", why: "docker: x; flink: y" };
    const chosen = (typed: Partial<TypedChoices>, state?: RunState): string => {
      const { runtime, why } = resolveChoices({ ...nothing, ...typed }, state, {});
      return `${runtime} because ${why}`;
    };
    expect([
      chosen({}),
      chosen({ runtime: "docker" }),
      chosen({}, stateOf(docker, true)),
      chosen({ runtime: "auto" }, stateOf(docker, false)),
      chosen({ runtime: "local" }, stateOf(docker, false)),
    ]).toEqual([
      "local because local: the engines are processes of this machine; flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)",
      "docker because docker: the engines are containers; flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)",
      "docker because docker: x; flink: y",
      "docker because docker: x; flink: y",
      "local because local: the engines are processes of this machine; flink: y",
    ]);
    expect(choose({ runtime: "docker" }, stateOf(flink, true))).toBe("Cannot change --runtime: the stack is up with local");
    expect(choose({ runtime: "local" }, stateOf(docker, true))).toBe("Cannot change --runtime: the stack is up with docker");
  });

  test("runs no ksqlDB of a folder as a container: a folder of the environment is left alone, one that was typed is refused", () => {
    expect(choose({ runtime: "docker" }, undefined, "/opt/ksqldb")).toMatch(/^flink /u);
    expect(choose({ runtime: "docker", ksqldbHome: "/opt/ksqldb" })).toContain("not available in this version");
    expect(choose({ runtime: "docker", ksqldbUrl: "http://a:8088" })).toMatch(/^ksqldb \{"url":"http:\/\/a:8088"\}/u);
  });

  test("refuses what contradicts itself or cannot be an address", () => {
    expect(choose({ ksqldbUrl: "http://a", ksqldbHome: "/b" })).toBe(
      "Cannot use both --ksqldb-url and --ksqldb-home: which of them is not clear",
    );
    expect(choose({ processor: "flink", ksqldbHome: "/b" })).toContain("they contradict each other");
    expect(choose({ ksqldbUrl: "x" })).toBe('Cannot use "x" for --ksqldb-url: it is no address of a server');
    expect(choose({ ksqldbUrl: "http://me:secret@a" })).toContain("it holds a name or a password");
    expect(choose({ processor: "spark" })).toBe('Cannot use "spark" for --processor: no such value');
  });

  test("keeps the processor of a stack that is up, whatever the environment says now", () => {
    expect(choose({}, stateOf(flink, true), "/opt/ksqldb")).toBe("flink {} because before");
    expect(choose({}, stateOf(ksqldb, true))).toContain('ksqldb {"url":"http://a:8088"}');
    expect(choose({ processor: "ksqldb" }, stateOf(flink, true), "/opt/ksqldb")).toBe(
      "Cannot change the processor: the stack is up with flink",
    );
    expect(choose({ ksqldbUrl: "http://b:8088" }, stateOf(ksqldb, true))).toBe(
      "Cannot change the source of ksqlDB: the stack is up with http://a:8088",
    );
  });

  test("goes on with what was chosen after `down`, until something else is typed", () => {
    expect(choose({}, stateOf(ksqldb, false))).toContain('ksqldb {"url":"http://a:8088"}');
    expect(choose({ processor: "flink" }, stateOf(ksqldb, false))).toBe("flink {} because flink: asked for");
    expect(choose({ ksqldbHome: "/opt/ksqldb" }, stateOf(flink, false))).toContain('ksqldb {"home":"/opt/ksqldb"}');
  });

  test("remembers a server that was chosen before until it gave back what is ours", () => {
    const abandoned = (typed: Partial<TypedChoices>, kept: StackChoices): string | undefined =>
      resolveChoices({ ...nothing, ...typed }, stateOf(kept, false), {}).abandonedKsqldb;
    expect(abandoned({ processor: "flink" }, ksqldb)).toBe("http://a:8088");
    expect(abandoned({}, { ...flink, abandonedKsqldb: "http://a:8088" })).toBe("http://a:8088");
    expect(abandoned({ ksqldbUrl: "http://a:8088" }, { ...flink, abandonedKsqldb: "http://a:8088" })).toBeUndefined();
    expect(abandoned({}, ksqldb)).toBeUndefined();
  });

  test("reads a state from before ksqlDB could be chosen", () => {
    expect(resolveChoices(nothing, stateOf(flink, true), {})).toEqual(flink);
  });
});
