/** A fake Pinot controller, broker and server for the requests that streamctl makes. They replay recorded answers, by default of Pinot 0.11. */

import { recordedAnswer, type Exchange } from "../../processors/recordings.ts";

const answers011 = {
  schemaMissing: recordedAnswer("pinot-0.11.0/created.http", /GET \/schemas/u),
  schemaMade: recordedAnswer("pinot-0.11.0/created.http", /POST \/schemas/u),
  tableMissing: recordedAnswer("pinot-0.11.0/created.http", /GET \/tables/u),
  tableMade: recordedAnswer("pinot-0.11.0/created.http", /POST \/tables/u),
  valid: recordedAnswer("pinot-0.11.0/created.http", /validate/u),
  unknownField: recordedAnswer("pinot-0.11.0/unknown-field.http", /validate/u),
  invalid: recordedAnswer("pinot-0.11.0/badconfig.http", /validate/u),
  updated: recordedAnswer("pinot-0.11.0/updated.http", /PUT/u),
  deleted: recordedAnswer("pinot-0.11.0/replaced.http", /DELETE \/tables/u),
  schemaDeleted: recordedAnswer("pinot-0.11.0/replaced.http", /DELETE \/schemas/u),
  view: recordedAnswer("pinot-0.11.0/replaced.http", /externalview/u, /CONSUMING/u),
  viewGone: recordedAnswer("pinot-0.11.0/replaced.http", /externalview/u, /404/u),
  instances: recordedAnswer("pinot-0.11.0/lost-server.http", /GET \/instances$/u),
  liveInstances: recordedAnswer("pinot-0.11.0/lost-server.http", /LIVEINSTANCES/u),
  version: recordedAnswer("pinot-0.11.0/lost-server.http", /version/u),
  emptyView: recordedAnswer("pinot-0.11.0/lost-server.http", /externalview/u),
  cluster: recordedAnswer("pinot-0.11.0/lost-server.http", /cluster/u),
  lostSegments: recordedAnswer("pinot-0.11.0/lost-server.http", /idealstate/u),
  failedSegments: recordedAnswer("pinot-0.11.0/lost-segments.http", /idealstate/u),
  failedView: recordedAnswer("pinot-0.11.0/lost-segments.http", /externalview/u),
  viewExists: recordedAnswer("pinot-1.5.1/answers.http", /table at once after DELETE/u),
  instance: JSON.parse(recordedAnswer("pinot-0.11.0/replaced.http", /GET \/instances\/Server/u).text),
  brokerUnaware: recordedAnswer("pinot-0.11.0/created.http", /query/u, /BrokerResourceMissing/u),
  notReady: recordedAnswer("pinot-0.11.0/created.http", /query/u, /^\{"exceptions":\[\],/u),
  ready: recordedAnswer("pinot-0.11.0/created.http", /query/u, /resultTable/u),
  lost: recordedAnswer("pinot-0.11.0/answers.http", /lost-table$/u),
  tableDoesNotExist: recordedAnswer("pinot-0.11.0/answers.http", /query-07-missing-table$/u),
  queryRefused: recordedAnswer("pinot-0.11.0/answers.http", /query-06-badsql$/u),
  topicMissing: recordedAnswer("pinot-0.11.0/answers.http", /topic-missing$/u),
  kafkaAway: recordedAnswer("pinot-0.11.0/answers.http", /kafka-absent$/u),
};

/** Answers that differ in Pinot 1.5. */
const answers15: Partial<typeof answers011> = {
  schemaMissing: recordedAnswer("pinot-1.5.1/answers.http", /GET \/schemas\/nope/u),
  tableMissing: recordedAnswer("pinot-1.5.1/answers.http", /GET \/tables\/nope$/u),
  viewGone: recordedAnswer("pinot-1.5.1/answers.http", /idealstate/u),
  topicMissing: recordedAnswer("pinot-1.5.1/answers.http", /no such topic/u),
  invalid: recordedAnswer("pinot-1.5.1/answers.http", /unknown timeColumn/u),
  version: recordedAnswer("pinot-1.5.1/answers.http", /version/u),
};

export type Trouble =
  | "unknownField"
  | "invalid"
  | "topicMissing"
  | "kafkaAway"
  | "lost"
  | "queryRefused"
  | "lateBroker"
  | "lostServer"
  | "failedSegments"
  | "unfinished"
  | "viewExists";

export interface FakePinot extends AsyncDisposable {
  readonly url: string;
  /** Such as `POST /tables`, in order. */
  readonly requests: string[];
  /** The stored table configuration. */
  table(): unknown;
  /** Simulates a pending creation that started `agoMs` milliseconds ago. */
  beginCreation(agoMs: number): void;
  /** Stores a table that streamctl did not create. */
  placeTable(table: object): void;
  /**
   * Simulates a problem from now on:
   * - `lateBroker`: for a while the broker reports a new table as unknown
   * - `queryRefused`: queries are rejected, as for a syntax error
   * - `lost`: the server does not find a new table until its segments are reset
   * - `lostServer`: the segments of the table are assigned to a server that is not running
   * - `failedSegments`: the server could not load a segment
   * - `unfinished`: the table has no segments
   * - `viewExists`: the first request to create a table fails because the old one is still being deleted
   */
  trouble(trouble: Trouble | undefined): void;
}

export function startFakePinot(version: "0.11" | "1.5" = "0.11"): FakePinot {
  const answers = version === "0.11" ? answers011 : { ...answers011, ...answers15 };
  const requests: string[] = [];
  let table: object | undefined;
  let schema = false;
  let trouble: Trouble | undefined;
  let reset = false;
  // Requests until a deletion reaches the external view, and then the server.
  let viewLooks = 0;
  let serverLooks = 0;
  let queries = 0;
  /** Settings of the cluster. */
  let settings: Record<string, string> = {};
  // Remains of a table whose server no longer exists.
  let emptyView = false;

  function controller(method: string, path: string, body: unknown): Exchange | Response {
    if (path === "/tableConfigs/validate") return trouble === "unknownField" || trouble === "invalid" ? answers[trouble] : answers.valid;
    if (path.startsWith("/schemas")) {
      if (method === "GET") return schema ? Response.json({}) : answers.schemaMissing;
      schema = method === "POST";
      return schema ? answers.schemaMade : answers.schemaDeleted;
    }
    if (path.endsWith("/idealstate")) return idealState();
    if (path.endsWith("/externalview") && trouble === "failedSegments") return answers.failedView;
    if (path.endsWith("/externalview")) return viewLooks-- > 0 ? answers.view : emptyView ? answers.emptyView : answers.viewGone;
    if (path === "/instances") return answers.instances;
    if (path.startsWith("/cluster/configs")) {
      if (method === "POST") settings = { ...settings, ...(body as Record<string, string>) };
      if (method === "DELETE") settings = {};
      return Response.json(settings);
    }
    if (path === "/cluster/info") return answers.cluster;
    if (path === "/zk/ls") return answers.liveInstances;
    if (path === "/version") return answers.version;
    if (path.startsWith("/instances/") && method === "DELETE") return Response.json({ status: "Successfully dropped instance" });
    if (path.startsWith("/instances/")) return Response.json({ ...answers.instance, adminPort: server.port });
    if (path.endsWith("/reset")) {
      reset = true;
      return Response.json({ status: "reset" });
    }
    if (method === "GET" && path === "/tables") return Response.json({ tables: serverLooks-- > 0 ? ["transaction_window_REALTIME"] : [] });
    if (method === "GET") return table === undefined ? answers.tableMissing : Response.json({ REALTIME: table });
    if (method === "DELETE") {
      table = undefined;
      emptyView = trouble === "lostServer";
      if (emptyView || trouble === "unfinished" || trouble === "failedSegments") trouble = undefined;
      viewLooks = 2;
      serverLooks = 2;
      return answers.deleted;
    }
    if (method === "POST" && (trouble === "topicMissing" || trouble === "kafkaAway")) return answers[trouble];
    if (method === "POST" && trouble === "viewExists") {
      trouble = undefined;
      return answers.viewExists;
    }
    table = body as object;
    if (method === "POST") queries = 0;
    return method === "POST" ? answers.tableMade : answers.updated;
  }

  function idealState(): Exchange | Response {
    if (table === undefined || trouble === "unfinished") return answers.viewGone;
    if (trouble === "failedSegments") return answers.failedSegments;
    return trouble === "lostServer"
      ? answers.lostSegments
      : Response.json({ REALTIME: { segment: { "Server_127.0.0.1_22098": "CONSUMING" } } });
  }

  function broker(): Exchange {
    if (table === undefined || queries++ === 0) return answers.brokerUnaware;
    if (trouble === "queryRefused") return answers.queryRefused;
    if (trouble === "lost" && !reset) return answers.lost;
    if (trouble === "lateBroker" && queries <= 3) return answers.tableDoesNotExist;
    return queries === 2 ? answers.notReady : answers.ready;
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      const text = await request.text();
      const answer =
        pathname === "/query/sql" ? broker() : controller(request.method, pathname, text === "" ? undefined : JSON.parse(text));
      return answer instanceof Response ? answer : new Response(answer.text, { status: answer.status });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    table: () => table,
    beginCreation(agoMs) {
      settings = { "streamctl.table-creation-began-at-ms": String(Date.now() - agoMs) };
    },
    placeTable(placed) {
      table = placed;
      schema = true;
    },
    trouble(wanted) {
      trouble = wanted;
    },
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}
