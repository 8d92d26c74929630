import { expect, test } from "bun:test";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { tableHealth } from "../../../src/stores/pinot/table-health.ts";
import { recordedAnswer } from "../../processors/recordings.ts";

const view = recordedAnswer("pinot-0.11.0/replaced.http", /externalview/u, /CONSUMING/u);
const viewGone = recordedAnswer("pinot-0.11.0/replaced.http", /externalview/u, /404/u);
const served = recordedAnswer("pinot-0.11.0/created.http", /query/u, /resultTable/u);
const notReady = recordedAnswer("pinot-0.11.0/created.http", /query/u, /^\{"exceptions":\[\],/u);
const brokerUnaware = recordedAnswer("pinot-0.11.0/created.http", /query/u, /BrokerResourceMissing/u);

type Answers = Readonly<Record<"idealstate" | "externalview" | "sql", { readonly status: number; readonly text: string }>>;

/** A fake controller and broker that replay recorded answers. */
async function healthWith(change: Partial<Answers>) {
  const answers: Answers = { idealstate: view, externalview: view, sql: served, ...change };
  using fakePinot = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      const last = new URL(request.url).pathname.split("/").at(-1) ?? "";
      const { status, text } = answers[last as keyof Answers];
      return new Response(text, { status });
    },
  });
  const url = `http://127.0.0.1:${fakePinot.port}`;
  return await tableHealth({ controllerUrl: url, brokerUrl: url }, "transaction_window", stepDeadline(5000));
}

const segments = (state: string | undefined) => {
  const states = JSON.parse(view.text).REALTIME;
  const [segment = ""] = Object.keys(states);
  const servers = Object.fromEntries(Object.keys(states[segment]).map((server) => [server, state]));
  const { [segment]: _, ...others } = states;
  const changed = state === undefined ? others : { ...states, [segment]: servers };
  return { segment, answer: { status: 200, text: JSON.stringify({ REALTIME: changed }) } };
};

test("tableHealth() counts the segments and rows of a table", async () => {
  expect(await healthWith({})).toEqual({ healthy: true, detail: "2 segments served, 4,623 rows" });
});

test("tableHealth() reports a table that does not exist", async () => {
  expect(await healthWith({ idealstate: viewGone, externalview: viewGone })).toEqual({ healthy: false, detail: "it does not exist" });
});

test.each([
  ["ERROR", "ERROR"],
  ["OFFLINE", "OFFLINE"],
  [undefined, "not loaded"],
])("tableHealth() names a segment in state %s", async (state, shown) => {
  const { segment, answer } = segments(state);
  expect(await healthWith({ externalview: answer })).toEqual({
    healthy: false,
    detail: `1 of 2 segments not served: ${segment} is ${shown}`,
  });
});

test("tableHealth() rejects an answer for which no server was queried", async () => {
  const unserved = { healthy: false, detail: "no server serves it yet" };
  expect(await healthWith({ sql: notReady })).toEqual(unserved);
  const zero = { status: 200, text: JSON.stringify({ ...JSON.parse(served.text), numServersQueried: 0 }) };
  expect(await healthWith({ sql: zero })).toEqual(unserved);
});

test("tableHealth() does not report the table as missing when the controller lost ZooKeeper", async () => {
  const lost = { status: 500, text: '{"code":500,"error":"ZooKeeper is away"}' };
  expect(await healthWith({ idealstate: lost })).toEqual({ healthy: false, detail: "Pinot's controller returned status 500" });
});

test("tableHealth() reports why a query was refused", async () => {
  expect(await healthWith({ sql: brokerUnaware })).toEqual({ healthy: false, detail: expect.stringContaining("BrokerResourceMissing") });
});
