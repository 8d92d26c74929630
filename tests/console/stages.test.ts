import { describe, expect, test } from "bun:test";
import { Histories, type Measurements } from "../../src/console/pipeline/measurements.ts";
import { comparisonProblem, type StageFacts, stagesOf } from "../../src/console/pipeline/stages.ts";
import type { ServiceStatus } from "../../src/stack/stack.ts";

const nowMs = 1_000_000;

function serviceNamed(name: string, state: ServiceStatus["state"] = "healthy"): ServiceStatus {
  return { name, state, pid: 1, uptimeMs: 1000, rssBytes: 1, endpoint: "127.0.0.1:1", detail: null };
}

function factsWith(changes: Partial<StageFacts> = {}, measurements: Partial<Measurements> = {}): StageFacts {
  const histories = new Histories();
  const latest: Measurements = {
    services: { atMs: nowMs, value: ["kafka", "engine", "pinot"].map((name) => serviceNamed(name)) },
    stream: { atMs: nowMs, value: [{ partition: 0, low: 10, high: 110, stable: 110 }] as never },
    windows: { atMs: nowMs, value: [{ partition: 0, low: 0, high: 7, stable: 7 }] as never },
    progress: { atMs: nowMs, value: [] },
    views: { atMs: nowMs, value: [] },
    table: { atMs: nowMs, value: { rows: 5, newestMs: 6000, nextOffset: 4 } },
    ...measurements,
  };
  histories.stream.add(nowMs, 110);
  histories.processor.add(nowMs, 90);
  histories.windows.add(nowMs, 7);
  histories.table.add(nowMs, 4);
  return {
    latest,
    histories,
    nowMs,
    newestEventMs: 9500,
    newestWindowMs: 6000,
    windowSizeMs: 3000,
    lastLines: new Map([["pinot", ["out of memory"]]]),
    names: { stream: "in", windows: "out", table: "rows", job: "a job", processor: "engine", processorLabel: "Engine" },
    ...changes,
  };
}

const stage = (facts: StageFacts, id: string) => stagesOf(facts).find((one) => one.id === id);

describe("how far a stage is behind the stage before", () => {
  test("processor and table: in records", () => {
    expect(stage(factsWith(), "processor")?.behind?.records).toBe(20);
    expect(stage(factsWith(), "table")?.behind?.records).toBe(3);
  });

  test("topic of windows: in event time after the newest window", () => {
    expect(stage(factsWith(), "windows")?.behind).toEqual({ records: null, ms: 500 });
    expect(stage(factsWith({ newestWindowMs: 9000 }), "windows")?.behind).toEqual({ records: null, ms: 0 });
    expect(stage(factsWith({ newestWindowMs: null }), "windows")?.behind).toEqual({ records: null, ms: null });
  });
});

test("records, rows and newest times are those that were measured", () => {
  const stages = stagesOf(factsWith());
  expect(stages.map(({ id }) => id)).toEqual(["producer", "stream", "processor", "windows", "table"]);
  expect(stages.map(({ records }) => records)).toEqual([null, 100, 90, 7, 5]);
  expect(stages.map(({ newestMs }) => newestMs)).toEqual([null, 9500, null, 6000, 6000]);
});

test("a stage whose service is down shows its last lines", () => {
  const services = { atMs: nowMs, value: [serviceNamed("kafka"), serviceNamed("engine"), serviceNamed("pinot", "stopped")] };
  expect(stage(factsWith({}, { services }), "table")).toMatchObject({
    state: "stopped",
    detail: "it is not running",
    lastLines: ["out of memory"],
  });
});

test("a stage is unhealthy while its engine does not answer, and says why", () => {
  const failing = factsWith({}, { table: { atMs: nowMs, problem: "connection refused" } });
  expect(stage(failing, "table")).toMatchObject({ state: "unhealthy", detail: "connection refused" });
  const old = factsWith({}, { stream: { atMs: nowMs - 6000, value: [] } });
  expect(stage(old, "stream")).toMatchObject({ state: "unhealthy", records: null });
});

describe("comparisonProblem()", () => {
  const problemWith = (name: string, state: ServiceStatus["state"], more: Partial<Measurements> = {}) => {
    const value = ["kafka", "engine", "pinot"].map((one) => serviceNamed(one, one === name ? state : "healthy"));
    return comparisonProblem(stagesOf(factsWith({}, { services: { atMs: nowMs, value }, ...more })));
  };

  test("names the topic or the table whose service does not answer", () => {
    expect(problemWith("pinot", "stopped")).toBe('Pinot table "rows" is stopped: it is not running');
    expect(problemWith("pinot", "starting")).toBe('Pinot table "rows" is starting');
    expect(problemWith("kafka", "stopped")).toBe('Kafka topic "in" is stopped: it is not running');
    const table = { atMs: nowMs, problem: "connection refused" };
    expect(problemWith("pinot", "healthy", { table })).toBe('Pinot table "rows" is unhealthy: connection refused');
  });

  test("is null if both answer, or nothing is known yet, and for the processor: it is not compared", () => {
    expect([problemWith("engine", "healthy"), problemWith("engine", "stopped"), comparisonProblem([])]).toEqual([null, null, null]);
    expect(comparisonProblem(stagesOf(factsWith({}, { services: undefined, stream: undefined, table: undefined })))).toBeNull();
  });
});
