import { expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { silentLog } from "../../src/core/log.ts";
import { isHealthy, status } from "../../src/pipeline/status.ts";
import { writeRunState } from "../../src/state/run-state.ts";
import { stateFolder } from "../../src/state/state-folder.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { someChoices } from "../state/some-choices.ts";

test("status() reports a job as unhealthy if its processor is ready but does not answer about its queries", async () => {
  await using fakeKsqldb = createServer((request, response) => {
    if (request.url === "/ksql") request.socket.destroy();
    else response.end(JSON.stringify(request.url === "/info" ? { KsqlServerInfo: { serverStatus: "RUNNING" } } : { isHealthy: true }));
  }).listen(0, "127.0.0.1");
  await once(fakeKsqldb, "listening");
  const url = `http://127.0.0.1:${(fakeKsqldb.address() as AddressInfo).port}`;
  const folder = stateFolder(await temporaryFolder());
  const choices = { ...someChoices, processor: "ksqldb", source: { url } };
  await writeRunState(folder, {
    version: 3,
    stack: { id: "0a1b2c3d", place: { path: folder.root, device: "1", inode: "2" } },
    choices,
    services: [],
    starting: [],
    resources: [],
  });
  const report = await status(undefined, { folder, log: silentLog, signal: new AbortController().signal });
  expect(report.services.find(({ name }) => name === "ksqldb")?.state).toBe("healthy");
  expect(report.job).toEqual({
    name: "window_transactions",
    healthy: false,
    detail: expect.stringContaining(`Cannot reach "${url}/ksql"`),
  });
  expect(report.resources).toEqual([
    { kind: "topic", name: "transactions", state: "unknown", detail: "kafka is stopped" },
    { kind: "topic", name: "window_transactions", state: "unknown", detail: "kafka is stopped" },
    { kind: "job", name: "window_transactions", state: "unhealthy", detail: expect.stringContaining(`Cannot reach "${url}/ksql"`) },
    { kind: "table", name: "transaction_window", state: "unknown", detail: "pinot is stopped" },
  ]);
});

test("isHealthy() requires that all services and resources are healthy", () => {
  const service = { name: "kafka", state: "healthy", pid: 1, uptimeMs: 1, rssBytes: 1, endpoint: "", detail: null } as const;
  const topic = { kind: "topic", name: "transactions", state: "healthy", detail: "3 partitions" } as const;
  const table = { kind: "table", name: "transaction_window", state: "unhealthy", detail: "it does not exist" } as const;
  expect(isHealthy({ services: [service], resources: [topic] })).toBe(true);
  expect(isHealthy({ services: [service], resources: [topic, table] })).toBe(false);
  expect(isHealthy({ services: [{ ...service, state: "unhealthy" }], resources: [topic] })).toBe(false);
  expect(isHealthy({ services: [], resources: [] })).toBe(false);
});
