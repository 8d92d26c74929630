import { describe, expect, test } from "bun:test";
import { Channel } from "../../../src/console/channel.ts";
import { LiveChannels } from "../../../src/console/routes/live.ts";
import { routesOf, type RouteSources } from "../../../src/console/routes/routes.ts";
import { stateFolder } from "../../../src/state/state-folder.ts";
import { openMockCluster } from "../../kafka/mock-cluster.ts";
import { fakeTable } from "../windows/fake-windows.ts";
import { serve } from "../console-server.ts";

interface Sources {
  /** A fake of the stack; default: there is none. */
  readonly stack?: object;
  /** A fake of the proof; default: the windows are not read yet. */
  readonly proof?: object;
}

/** A server of all routes. */
async function serveRoutes({ stack, proof }: Sources = {}) {
  const monitor = { proof, snapshots: new Channel(async () => {}) };
  const sources = {
    reader: { current: async () => stack },
    monitor,
    channels: new LiveChannels(),
    folder: stateFolder("/no/such/folder"),
    version: "1.0.0",
  } as unknown as RouteSources;
  const { url } = await serve(routesOf(sources));
  return async (path: string, init?: RequestInit) => {
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    return [response.status, JSON.parse(text)] as const;
  };
}

/** A fake stack, of which only Kafka is there: librdkafka's mock cluster. */
function stackAt(brokers: string) {
  const logs: Readonly<Record<string, readonly string[]>> = { kafka: ["started"] };
  return {
    endpoints: { kafka: brokers },
    definitions: [{ name: "kafka" }, { name: "pinot" }],
    runtime: {
      dataOf: () => ({ sizes: async () => new Map([["orders-0", 100]]) }),
      tailLog: async (service: string, lines: number) => logs[service]?.slice(-lines),
    },
  };
}

const startsOf = ({ rows }: { readonly rows: readonly { readonly startMs: number }[] }) => rows.map(({ startMs }) => startMs);

const error = (code: string, message: string, hint: string | null = null) => ({ error: { code, message, hint } });

describe("without a stack", () => {
  test("the console is ready, and says that there is no stack", async () => {
    const ask = await serveRoutes();
    expect(await ask("/api/ready")).toEqual([200, { service: "console" }]);
    const missing = error("not-running", 'There is no stack in "/no/such/folder"', "Run: streamctl up");
    for (const path of ["/api/stack", "/api/topics", "/api/messages?topic=orders", "/api/query/schema", "/api/logs/kafka"])
      expect([path, ...(await ask(path))]).toEqual([path, 503, missing]);
  });

  test("the windows are not read yet", async () => {
    const ask = await serveRoutes();
    expect(await ask("/api/windows/rows")).toEqual([
      503,
      error("not-running", "The windows are not read yet", "Try again in a few seconds"),
    ]);
  });
});

describe("/api/windows", () => {
  const withWindows = async () => {
    const { table, change } = fakeTable();
    for (const start of [0, 3000, 6000]) change(start, [start, 1, start], 1000);
    return await serveRoutes({ proof: { table, revision: 7 } });
  };

  test("returns the first page of the newest windows by default", async () => {
    const [status, page] = await (await withWindows())("/api/windows/rows");
    expect([status, page.revision, page.total, startsOf(page)]).toEqual([200, 7, 3, [6000, 3000, 0]]);
  });

  test("passes the parameters of a page and of a chart", async () => {
    const ask = await withWindows();
    const [, page] = await ask("/api/windows/rows?order=oldest&offset=1&limit=1&show=settling");
    expect([page.total, page.offset, startsOf(page)]).toEqual([3, 1, [3000]]);
    const [, chart] = await ask("/api/windows/chart?column=TOTAL_TRANSACTIONS&from=3000&to=9000&bars=1");
    expect(chart).toMatchObject({ column: "TOTAL_TRANSACTIONS", fromMs: 3000, toMs: 9000, barMs: 6000, combined: "sum" });
    expect((await ask("/api/windows/chart?from=-3000"))[1]).toMatchObject({ column: "TOTAL_PAID", fromMs: -3000, toMs: 9000 });
  });

  test.each([
    "rows?limit=0",
    "rows?limit=1001",
    "rows?offset=-1",
    "rows?offset=%20",
    "rows?order=up",
    "rows?show=ALL",
    "chart?bars=5001",
    "chart?bars=1e2",
    "chart?from=",
    "chart?to=yesterday",
  ])("rejects %s", async (path) => {
    const [status, { error: refusal }] = await (await withWindows())(`/api/windows/${path}`);
    expect([status, refusal.code]).toEqual([400, "usage"]);
  });

  test("has nothing else", async () => {
    const ask = await withWindows();
    for (const path of ["/api/windows", "/api/windows/", "/api/windows/rows/1"])
      expect([path, ...(await ask(path))]).toEqual([path, 404, error("usage", `There is nothing at ${path}`)]);
  });
});

describe("the routes of a stack", () => {
  test("answer 404 for a topic, a partition and a message that do not exist", async () => {
    using cluster = openMockCluster({ orders: 1 });
    const ask = await serveRoutes({ stack: stackAt(cluster.brokers) });
    const missing = [404, error("usage", 'There is no topic "nope"')] as const;
    expect(await ask("/api/topics/nope")).toEqual(missing);
    expect(await ask("/api/topics/no%2Fpe")).toEqual([404, error("usage", 'There is no topic "no/pe"')]);
    expect(await ask("/api/topics/")).toEqual([404, error("usage", 'There is no topic ""')]);
    expect(await ask("/api/messages?topic=nope")).toEqual(missing);
    expect(await ask("/api/messages/nope/0/0")).toEqual(missing);
    expect(await ask("/api/messages/orders/0/0")).toEqual([404, error("usage", "There is no message at offset 0 of partition 0")]);
    expect(await ask("/api/messages/orders/9/0")).toEqual([404, error("usage", "There is no message at offset 0 of partition 9")]);
    expect(await ask("/api/messages?topic=orders&partition=9")).toEqual([400, error("usage", 'Topic "orders" has no partition 9')]);
  });

  test("list the topics with their sizes, and null for a size that is not known", async () => {
    using cluster = openMockCluster({ orders: 1, "a-changelog": 1 });
    const ask = await serveRoutes({ stack: stackAt(cluster.brokers) });
    expect(await ask("/api/topics")).toEqual([
      200,
      [
        { name: "a-changelog", internal: true, partitions: 1, records: 0, bytes: null },
        { name: "orders", internal: false, partitions: 1, records: 0, bytes: 100 },
      ],
    ]);
  });

  test("return the end of a log, an empty one for a service that has none, and 404 for another service", async () => {
    const ask = await serveRoutes({ stack: stackAt("127.0.0.1:1") });
    expect(await ask("/api/logs/kafka?lines=1")).toEqual([200, { service: "kafka", lines: ["started"] }]);
    expect(await ask("/api/logs/pinot")).toEqual([200, { service: "pinot", lines: [] }]);
    expect((await ask("/api/logs/..%2Fkafka"))[0]).toBe(404);
    expect((await ask("/api/logs/kafka?lines=5001"))[0]).toBe(400);
  });

  test.each([
    "/api/messages",
    "/api/messages?topic=",
    "/api/messages?topic=orders&from=yesterday",
    "/api/messages?topic=orders&from=offset:-1",
    "/api/messages?topic=orders&from=offset:9007199254740993",
    "/api/messages?topic=orders&from=time:",
    "/api/messages?topic=orders&from=cursor:x",
    "/api/messages?topic=orders&limit=501",
    "/api/messages?topic=orders&partition=",
    "/api/messages?topic=orders&filter=a%20%3D",
    "/api/messages/orders/0/x",
    "/api/messages/orders/-1/0",
  ])("reject %s before they ask an engine", async (path) => {
    const ask = await serveRoutes({ stack: stackAt("127.0.0.1:1") });
    const [status, { error: refusal }] = await ask(path);
    expect([status, refusal.code]).toEqual([400, "usage"]);
  });

  test("have nothing at a path that is longer, or for a query that is no POST", async () => {
    const ask = await serveRoutes({ stack: stackAt("127.0.0.1:1") });
    for (const path of [
      "/api",
      "/api/",
      "/api/stack/x",
      "/api/topics/a/b",
      "/api/query",
      "/api/query/x",
      "/api/messages/orders/0",
      "/api/logs",
    ])
      expect([path, (await ask(path))[0]]).toEqual([path, 404]);
  });
});
