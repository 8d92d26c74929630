import { describe, expect, test } from "bun:test";
import { processorDocument } from "../../src/console/processor.ts";
import type { Measurements } from "../../src/console/pipeline/measurements.ts";
import type { Stack } from "../../src/console/pipeline/stack-reader.ts";
import { documentsOf, stackDocument } from "../../src/console/services.ts";
import { processorOf } from "../../src/processors/catalog.ts";
import type { ServiceStatus } from "../../src/stack/stack.ts";
import { stateFolder } from "../../src/state/state-folder.ts";

/** The facts of a fake stack with this processor. */
function stackOf(processor: string, ...services: readonly string[]): Stack {
  return {
    definitions: services.map((name) => ({ name })),
    processor: { declaration: processorOf(processor) },
    state: { choices: { runtime: "local", portOffset: 1000 }, stack: { id: "0a1b2c3d" } },
  } as unknown as Stack;
}

const statusOf = (name: string): ServiceStatus => ({
  name,
  state: "healthy",
  pid: 7,
  uptimeMs: 1000,
  rssBytes: null,
  endpoint: "127.0.0.1:1",
  detail: null,
});

const nothing: Measurements = {
  services: undefined,
  stream: undefined,
  windows: undefined,
  progress: undefined,
  views: undefined,
  table: undefined,
};

test("documentsOf() adds label, page and memory to each status, and null for a service without a page", () => {
  const stack = stackOf("flink", "kafka", "pinot");
  const memory = new Map([["kafka", [[1, 2]] as const]]);
  expect(documentsOf(stack, ["kafka", "pinot"].map(statusOf), memory)).toEqual([
    { ...statusOf("kafka"), label: "Kafka", page: null, memory: [[1, 2]] },
    { ...statusOf("pinot"), label: "Pinot", page: "http://127.0.0.1:10000", memory: [] },
  ]);
  expect(documentsOf(stack, [], memory)).toEqual([]);
});

describe("stackDocument()", () => {
  const documentOf = (stack: Stack) => stackDocument(stack, stateFolder("/no/such/folder"), "1.2.3");

  test("describes the stack, its pipeline and its services", () => {
    const document = documentOf(stackOf("flink", "kafka", "pinot", "flink"));
    expect(document).toMatchObject({
      version: "1.2.3",
      stackId: "0a1b2c3d",
      stateDir: "/no/such/folder",
      processor: { name: "flink", label: "Flink" },
      pages: [{ label: "Pinot" }, { label: "Flink" }],
      services: [{ name: "kafka", label: "Kafka" }, { name: "pinot" }, { name: "flink" }],
    });
    expect(document.pipeline.window).toMatchObject({ sizeMs: 3000, columns: [{ name: "TOTAL_PAID", aggregate: "sum" }, {}, {}] });
  });

  test("offers Pinot first, and the processor only if it takes queries", () => {
    const enginesOf = (name: string) => documentOf(stackOf(name)).queryEngines.map((engine) => engine.name);
    expect([enginesOf("flink"), enginesOf("ksqldb")]).toEqual([["pinot"], ["pinot", "ksqldb"]]);
    expect(documentOf(stackOf("flink")).queryEngines[0]?.example).toBe(
      "SELECT WINDOW_START, TOTAL_PAID, TOTAL_TRANSACTIONS, AVERAGE_TRANSACTION_VALUE\nFROM transaction_window\nORDER BY WINDOW_START DESC\nLIMIT 20",
    );
  });
});

describe("processorDocument()", () => {
  const marks = (high: number) => ({ partition: 0, low: 0, stable: high, high });

  test("returns the jobs, and the lag of each partition of the stream's topic", () => {
    const latest: Measurements = {
      ...nothing,
      stream: { atMs: 1, value: [marks(10)] },
      progress: {
        atMs: 1,
        value: [
          { topic: "transactions", partition: 0, nextOffset: 7 },
          { topic: "transactions", partition: 1, nextOffset: 7 },
          { topic: "other", partition: 0, nextOffset: 7 },
        ],
      },
      views: { atMs: 1, value: [{ id: "a", name: "job", state: "RUNNING", facts: { lag: 3 } }] },
    };
    expect(processorDocument(stackOf("flink", "flink"), latest)).toEqual({
      label: "Flink",
      jobs: [{ id: "a", name: "job", state: "RUNNING", durationMs: null, facts: [{ name: "lag", value: 3 }] }],
      progress: [
        { topic: "transactions", partition: 0, next: 7, end: 10, lag: 3 },
        { topic: "transactions", partition: 1, next: 7, end: null, lag: null },
        { topic: "other", partition: 0, next: 7, end: null, lag: null },
      ],
      problem: null,
      page: "http://127.0.0.1:9081",
    });
  });

  test("has no lag below zero: the end may be older than the progress", () => {
    const progress = { atMs: 1, value: [{ topic: "transactions", partition: 0, nextOffset: 12 }] };
    const document = processorDocument(stackOf("flink"), { ...nothing, stream: { atMs: 1, value: [marks(10)] }, progress });
    expect([document.progress[0]?.lag, document.page]).toEqual([0, null]);
  });

  test("tells an engine that does not answer from one without jobs, and knows nothing without a stack", () => {
    const stack = stackOf("flink");
    const views = { atMs: 1, problem: "No answer" };
    expect(processorDocument(stack, { ...nothing, views })).toMatchObject({ jobs: null, problem: "No answer" });
    expect(processorDocument(stack, { ...nothing, views: { atMs: 1, value: [] } })).toMatchObject({ jobs: [], problem: null });
    expect(processorDocument(undefined, nothing)).toEqual({ label: "", jobs: null, progress: [], problem: null, page: null });
  });
});
