/** A Pinot controller, its broker and one server, as far as streamctl speaks to them; their words are recorded ones, by default of 0.11. */

import { recordedAnswer, type Exchange } from "../../processors/recordings.ts";

const oldWords = {
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
  tableUnknown: recordedAnswer("pinot-0.11.0/answers.http", /query-07-missing-table$/u),
  queryRefused: recordedAnswer("pinot-0.11.0/answers.http", /query-08-missing-col$/u),
  topicMissing: recordedAnswer("pinot-0.11.0/answers.http", /topic-missing$/u),
  kafkaAway: recordedAnswer("pinot-0.11.0/answers.http", /kafka-absent$/u),
};

/** What Pinot 1.5 answers otherwise. */
const newerWords: Partial<typeof oldWords> = {
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
  /** The table as Pinot keeps it. */
  table(): unknown;
  /** A creation began so many milliseconds ago, and nobody saw its end. */
  beginCreation(agoMs: number): void;
  /** Somebody else's table is there. */
  placeTable(table: object): void;
  /**
   * From now on. `lateBroker`: the broker hears late of a new table, and calls it unknown until then. `queryRefused`: queries are refused, as for a column that is not there. `lost`: a new table is not found by its server until its segments are reset. `lostServer`: the segments of the table are
   * assigned to a server that does not run. `failedSegments`: the server that has the table could not load a segment of it. `unfinished`: a table that is there has no segments.
   * `viewExists`: a table that was deleted is not gone for the first request to create it.
   */
  trouble(trouble: Trouble | undefined): void;
}

export function startFakePinot(version: "0.11" | "1.5" = "0.11"): FakePinot {
  const words = version === "0.11" ? oldWords : { ...oldWords, ...newerWords };
  const requests: string[] = [];
  let table: object | undefined;
  let schema = false;
  let trouble: Trouble | undefined;
  let reset = false;
  // Looks until a deletion has gone through the external view and then through the server.
  let viewLooks = 0;
  let serverLooks = 0;
  let queries = 0;
  /** Settings of the cluster. */
  let settings: Record<string, string> = {};
  // What stays of a table whose server is gone.
  let emptyView = false;

  function controller(method: string, path: string, body: unknown): Exchange | Response {
    if (path === "/tableConfigs/validate") return trouble === "unknownField" || trouble === "invalid" ? words[trouble] : words.valid;
    if (path.startsWith("/schemas")) {
      if (method === "GET") return schema ? Response.json({}) : words.schemaMissing;
      schema = method === "POST";
      return schema ? words.schemaMade : words.schemaDeleted;
    }
    if (path.endsWith("/idealstate")) return idealState();
    if (path.endsWith("/externalview") && trouble === "failedSegments") return words.failedView;
    if (path.endsWith("/externalview")) return viewLooks-- > 0 ? words.view : emptyView ? words.emptyView : words.viewGone;
    if (path === "/instances") return words.instances;
    if (path.startsWith("/cluster/configs")) {
      if (method === "POST") settings = { ...settings, ...(body as Record<string, string>) };
      if (method === "DELETE") settings = {};
      return Response.json(settings);
    }
    if (path === "/cluster/info") return words.cluster;
    if (path === "/zk/ls") return words.liveInstances;
    if (path === "/version") return words.version;
    if (path.startsWith("/instances/") && method === "DELETE") return Response.json({ status: "Successfully dropped instance" });
    if (path.startsWith("/instances/")) return Response.json({ ...words.instance, adminPort: server.port });
    if (path.endsWith("/reset")) {
      reset = true;
      return Response.json({ status: "reset" });
    }
    if (method === "GET" && path === "/tables") return Response.json({ tables: serverLooks-- > 0 ? ["transaction_window_REALTIME"] : [] });
    if (method === "GET") return table === undefined ? words.tableMissing : Response.json({ REALTIME: table });
    if (method === "DELETE") {
      table = undefined;
      emptyView = trouble === "lostServer";
      if (emptyView || trouble === "unfinished" || trouble === "failedSegments") trouble = undefined;
      viewLooks = 2;
      serverLooks = 2;
      return words.deleted;
    }
    if (method === "POST" && (trouble === "topicMissing" || trouble === "kafkaAway")) return words[trouble];
    if (method === "POST" && trouble === "viewExists") {
      trouble = undefined;
      return words.viewExists;
    }
    table = body as object;
    if (method === "POST") queries = 0;
    return method === "POST" ? words.tableMade : words.updated;
  }

  function idealState(): Exchange | Response {
    if (table === undefined || trouble === "unfinished") return words.viewGone;
    if (trouble === "failedSegments") return words.failedSegments;
    return trouble === "lostServer"
      ? words.lostSegments
      : Response.json({ REALTIME: { segment: { "Server_127.0.0.1_22098": "CONSUMING" } } });
  }

  function broker(): Exchange {
    if (table === undefined || queries++ === 0) return words.brokerUnaware;
    if (trouble === "queryRefused") return words.queryRefused;
    if (trouble === "lost" && !reset) return words.lost;
    if (trouble === "lateBroker" && queries <= 3) return words.tableUnknown;
    return queries === 2 ? words.notReady : words.ready;
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
