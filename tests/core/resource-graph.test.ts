import { describe, expect, test } from "bun:test";
import { StreamctlError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { type Executed, executePlan } from "../../src/core/resource-execution.ts";
import { observeGraph, operationsOf, planGraph, validatePlan } from "../../src/core/resource-plan.ts";
import type { Decision, Operation, OperationKind, Resource } from "../../src/core/resource.ts";
import { stepDeadline } from "../../src/core/step-deadline.ts";

/** A FAKE resource that records the calls; its observed state is its operation. */
interface FakeOptions {
  readonly operation?: OperationKind;
  readonly needs?: readonly Resource[];
  readonly uses?: readonly Resource[];
  readonly considers?: readonly Resource[];
  readonly holder?: Resource;
  /** Its expected state while its holder is not running. */
  readonly recalled?: OperationKind;
  readonly fails?: unknown;
  readonly decide?: Resource<OperationKind, string>["decide"];
}

function fakeWorld() {
  const events: string[] = [];
  const make = (name: string, options: FakeOptions = {}): Resource => {
    const { operation = "create", needs = [], recalled, fails } = options;
    const resource: Resource<OperationKind, string> = {
      kind: options.holder === undefined ? "service" : "thing",
      name,
      needs,
      uses: options.uses ?? [],
      considers: options.considers ?? [],
      holder: options.holder,
      observe: async () => {
        events.push(`see ${name}`);
        return operation;
      },
      ...(recalled === undefined ? {} : { recall: () => recalled }),
      decide: options.decide ?? ((seen) => ({ operation: seen, cause: `seen as ${seen}` })),
      validate: async () => void events.push(`validate ${name}`),
      release: async () => void events.push(`release ${name}`),
      apply: async (decision) => {
        events.push(`${decision.operation} ${name}`);
        if (fails !== undefined) throw fails;
        return { facts: `facts of ${name}` };
      },
    };
    return resource;
  };
  return { events, make };
}

const within = () => stepDeadline(1000);
const print = (operations: readonly Operation[]): readonly string[] =>
  operations.map(({ operation, kind, name, cause }) => `${operation} ${kind} ${name}: ${cause}`);

async function carryOut(graph: readonly Resource[], signal = new AbortController().signal): Promise<readonly Executed[]> {
  const plan = planGraph(graph, await observeGraph(graph, within));
  return await executePlan(plan, { log: silentLog, signal, failure: new AbortController(), timeoutMs: 1000 });
}

describe("planGraph()", () => {
  test("decides about each resource after its dependencies, otherwise in the given order", async () => {
    const { make } = fakeWorld();
    const engine = make("engine", { operation: "keep" });
    const table = make("table", { holder: engine, needs: [engine], operation: "create" });
    const topic = make("topic", { holder: engine, needs: [engine, table], operation: "keep" });
    const graph = [topic, table, engine];
    expect(print(operationsOf(planGraph(graph, await observeGraph(graph, within))))).toEqual([
      "keep service engine: seen as keep",
      "create thing table: seen as create",
      "keep thing topic: seen as keep",
    ]);
  });

  test("uses the recalled state of a resource whose holder is not running", async () => {
    const { events, make } = fakeWorld();
    const engine = make("engine", { operation: "start" });
    const topic = make("topic", { holder: engine, needs: [engine], recalled: "keep", operation: "replace" });
    const plan = planGraph([engine, topic], await observeGraph([engine, topic], within));
    expect(plan.map(({ decision, live }) => [decision.operation, live])).toEqual([
      ["start", true],
      ["keep", false],
    ]);
    expect(events).toEqual(["see engine"]);
  });

  test("rejects a graph with a cycle", async () => {
    const { make } = fakeWorld();
    const needs: Resource[] = [];
    const one = make("one", { needs });
    needs.push(make("other", { needs: [one] }));
    expect(() => planGraph([one, ...needs], new Map())).toThrow('Cannot order "service one": it depends on itself');
  });
});

describe("validatePlan()", () => {
  test("validates replaced resources and their dependents", async () => {
    const { events, make } = fakeWorld();
    const engine = make("engine", { operation: "keep" });
    const topic = make("topic", { holder: engine, needs: [engine], operation: "replace" });
    const job = make("job", { holder: engine, needs: [engine, topic], operation: "keep" });
    const other = make("other", { holder: engine, needs: [engine], operation: "keep" });
    const graph = [engine, topic, job, other];
    await validatePlan(planGraph(graph, await observeGraph(graph, within)), within, silentLog);
    expect(events.filter((event) => event.startsWith("validate"))).toEqual(["validate topic", "validate job"]);
  });
});

describe("executePlan()", () => {
  test("applies each resource after its dependencies, and returns them in the order of the plan", async () => {
    const { events, make } = fakeWorld();
    const engine = make("engine", { operation: "start" });
    const topic = make("topic", { holder: engine, needs: [engine], recalled: "create" });
    const executed = await carryOut([topic, engine]);
    expect(events).toEqual(["see engine", "start engine", "see topic", "create topic"]);
    expect(print(operationsOf(executed))).toEqual(["start service engine: seen as start", "create thing topic: seen as create"]);
  });

  test("observes a recalled resource once its holder runs, and lets it decide again", async () => {
    const { events, make } = fakeWorld();
    const engine = make("engine", { operation: "start" });
    const topic = make("topic", { holder: engine, needs: [engine], recalled: "keep", operation: "create" });
    const executed = await carryOut([engine, topic]);
    expect(events.at(-1)).toBe("create topic");
    expect(executed.at(-1)?.decision).toMatchObject({ operation: "create", cause: "seen as create" });
  });

  test("validates and releases the dependents of a resource once each, before it is replaced", async () => {
    const { events, make } = fakeWorld();
    const engine = make("engine", { operation: "keep" });
    const topic = make("topic", { holder: engine, needs: [engine], operation: "replace" });
    const job = make("job", { holder: engine, needs: [engine, topic], operation: "replace" });
    await carryOut([engine, topic, job]);
    expect(events.filter((event) => !event.startsWith("see"))).toEqual([
      "keep engine",
      "validate topic",
      "validate job",
      "release job",
      "replace topic",
      "replace job",
    ]);
  });

  test("observes what a resource considers before it decides, and passes it the facts of its dependencies", async () => {
    const { make } = fakeWorld();
    const engine = make("engine", { operation: "start" });
    const job = make("job", { holder: engine, needs: [engine], recalled: "keep", operation: "create" });
    const told: unknown[] = [];
    const decide: FakeOptions["decide"] = (observed, neighbours): Decision<string> => {
      told.push([neighbours.observed(job), neighbours.facts(engine)]);
      return { operation: observed, cause: "" };
    };
    const topic = make("topic", { holder: engine, needs: [engine], recalled: "keep", operation: "keep", considers: [job], decide });
    await carryOut([engine, job, topic]);
    expect(told).toEqual([
      ["keep", undefined],
      ["create", "facts of engine"],
    ]);
  });

  test("stops the dependents of a service before it, and starts nothing before every stop is done", async () => {
    const { events, make } = fakeWorld();
    const kafka = make("kafka", { operation: "stop" });
    const keeper = make("keeper", { operation: "stop" });
    const store = make("store", { operation: "stop", needs: [keeper], uses: [kafka] });
    const fresh = make("fresh", { operation: "start" });
    await carryOut([kafka, keeper, store, fresh]);
    const order = events.filter((event) => !event.startsWith("see"));
    expect([order[0], order[3]]).toEqual(["stop store", "start fresh"]);
    expect(order.slice(1, 3).toSorted()).toEqual(["stop kafka", "stop keeper"]);
  });

  test("fails with the first failure in the order of the plan, not with the interruptions that followed", async () => {
    const { events, make } = fakeWorld();
    const engine = make("engine", { operation: "start", fails: new StreamctlError("service-failed", "it died") });
    const topic = make("topic", { holder: engine, needs: [engine], recalled: "create" });
    const failure: unknown = await carryOut([topic, engine]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "service-failed", message: "it died" });
    expect(events).not.toContain("create topic");
  });

  test("is interrupted when the caller's signal has fired, and applies nothing", async () => {
    const { events, make } = fakeWorld();
    const failure: unknown = await carryOut([make("engine", { operation: "start" })], AbortSignal.abort()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "interrupted" });
    expect(events).toEqual(["see engine"]);
  });
});

describe("executePlan(), where one service is stopped and others stay", () => {
  test("stops a service that needs one that starts, before anything starts", async () => {
    const { events, make } = fakeWorld();
    const kafka = make("kafka", { operation: "start" });
    const stray = make("stray", { operation: "stop", needs: [kafka], uses: [kafka] });
    await carryOut([kafka, stray]);
    expect(events.filter((event) => !event.startsWith("see"))).toEqual(["stop stray", "start kafka"]);
  });

  test("tells what is about to change before it is released or applied, and nothing of what is kept", async () => {
    const { make } = fakeWorld();
    const engine = make("engine", { operation: "keep" });
    const topic = make("topic", { holder: engine, needs: [engine], operation: "replace" });
    const job = make("job", { holder: engine, needs: [engine, topic], operation: "replace" });
    const changing: string[] = [];
    const plan = planGraph([engine, topic, job], await observeGraph([engine, topic, job], within));
    const onChange = async ({ name }: Resource): Promise<void> => void changing.push(name);
    const { signal } = new AbortController();
    await executePlan(plan, { log: silentLog, signal, failure: new AbortController(), timeoutMs: 1000, onChange });
    expect(changing).toEqual(["job", "topic", "job"]);
  });
});
