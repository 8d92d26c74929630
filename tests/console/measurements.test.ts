import { expect, onTestFinished, test } from "bun:test";
import { Measuring, type TableState } from "../../src/console/pipeline/measurements.ts";
import type { StackReader } from "../../src/console/pipeline/stack-reader.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { recordedAnswer } from "../processors/recordings.ts";

/** What is measured of the table of a fake Pinot, whose other engines do not answer. */
async function measuredTable(row: string, consuming: string, status = 200): Promise<TableState | string | undefined> {
  const table = `{"dataSchema":{"columnNames":["A","B"],"columnDataTypes":["LONG","DOUBLE"]},"rows":[${row}]}`;
  const answer = `{"resultTable":${table},"exceptions":[],"numServersQueried":1,"numServersResponded":1}`;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => new Response(new URL(request.url).pathname === "/query/sql" ? answer : consuming, { status }),
  });
  const url = `http://127.0.0.1:${server.port}`;
  const noAnswer = async () => await Promise.reject(new Error("No answer"));
  const stack = {
    endpoints: { kafka: "127.0.0.1:1", pinotBroker: url, pinotController: url },
    processor: { plugin: { progress: noAnswer, view: noAnswer }, contextFor: () => ({}) },
    state: {},
    definitions: [],
  };
  const measuring = new Measuring({ current: async () => stack } as unknown as StackReader);
  const end = new AbortController();
  onTestFinished(async () => await server.stop(true));
  const running = measuring.run(end.signal);
  await pollUntil(async () => measuring.latest.table, { timeoutMs: 5000, intervalMs: 5, what: "the table" });
  end.abort();
  await running;
  return measuring.latest.table?.value ?? measuring.latest.table?.problem;
}

const consuming = (name: string) => recordedAnswer("pinot-0.11.0/answers.http", new RegExp(`consumingSegmentsInfo ${name}$`, "u")).text;

test("the state of the table is its number of rows, its newest window, and the offset of the next record", async () => {
  expect(await measuredTable("[5,6000]", consuming("consuming"))).toEqual({ rows: 5, newestMs: 6000, nextOffset: 19 });
});

test("an empty table has no newest window, though Pinot returns a number", async () => {
  expect(await measuredTable('[0,"-Infinity"]', consuming("consuming"))).toEqual({ rows: 0, newestMs: null, nextOffset: 19 });
});

test("the next offset of a table that no server is consuming is unknown, not 0", async () => {
  expect(await measuredTable("[5,6000]", consuming("not-consuming"))).toEqual({ rows: 5, newestMs: 6000, nextOffset: undefined });
});

test("a table that cannot be queried has a problem, not a state", async () => {
  expect(await measuredTable("[5,6000]", "", 500)).toBe("Cannot query Pinot: it returned status 500");
});
