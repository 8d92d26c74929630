import { expect, test } from "bun:test";
import { renderChanges, renderPlan } from "../../../src/cli/render/changes.ts";
import { renderStatus } from "../../../src/cli/render/status.ts";
import type { StatusReport } from "../../../src/pipeline/status.ts";

test("renderStatus() shows the state, uptime, memory and address of each service", () => {
  const report: StatusReport = {
    runtime: "local",
    processor: "flink",
    job: { name: "streamctl-window_transactions", healthy: true, detail: "RUNNING, 2 of 2 tasks" },
    computation: null,
    resources: [
      { kind: "topic", name: "transactions", state: "unhealthy", detail: "it does not exist; create it with: streamctl up" },
      { kind: "job", name: "streamctl-window_transactions", state: "healthy", detail: "RUNNING, 2 of 2 tasks" },
      { kind: "table", name: "transaction_window", state: "unknown", detail: "pinot is stopped" },
    ],
    services: [
      { name: "kafka", state: "healthy", pid: 4711, uptimeMs: 7_500_000, rssBytes: 231_000_000, endpoint: "127.0.0.1:9092", detail: null },
      { name: "pinot", state: "stopped", pid: null, uptimeMs: null, rssBytes: null, endpoint: "http://127.0.0.1:8099", detail: "it died" },
    ],
  };
  expect(renderStatus(report, { width: 80 })).toMatchInlineSnapshot(`
    "runtime local, processor flink

    service  state     pid  up for     memory  endpoint
    ───────  ───────  ────  ─────────  ──────  ─────────────────────
    kafka    healthy  4711  2 h 5 min  231 MB  127.0.0.1:9092
    pinot    stopped                           http://127.0.0.1:8099

    pinot: it died
    topic transactions: unhealthy (it does not exist; create it with: streamctl up)
    job streamctl-window_transactions: healthy (RUNNING, 2 of 2 tasks)
    table transaction_window: unknown (pinot is stopped)
    "
  `);
});

test("renderChanges() lists changes and counts unchanged declarations", () => {
  const changes = [
    { kind: "topic", name: "transactions", result: "created" },
    { kind: "job", name: "window_transactions", result: "replaced", cause: "its topic was recreated" },
    { kind: "schema", name: "transaction_window", result: "unchanged" },
  ] as const;
  expect(renderChanges(changes)).toMatchInlineSnapshot(`
    "created topic transactions
    replaced job window_transactions: its topic was recreated
    1 declaration unchanged
    "
  `);
});

test("renderPlan() shows the cause of each operation", () => {
  const plan = [{ operation: "start", target: "kafka", cause: "not running" }];
  expect(renderPlan(plan, { width: 80 })).toMatchInlineSnapshot(`
    "operation  target  cause
    ─────────  ──────  ───────────
    start      kafka   not running
    "
  `);
  expect(renderPlan([], { width: 80 })).toBe("Nothing to do\n");
});
