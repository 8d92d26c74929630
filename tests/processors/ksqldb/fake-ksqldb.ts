/**
 * A fake ksqlDB server for the requests that streamctl makes: streams, tables and queries in memory. Validates a request completely before
 * executing its first statement. Replays recorded answers.
 */

import { parseDefinition } from "../../../src/processors/ksqldb/definition.ts";
import { splitStatements } from "../../../src/processors/statements.ts";
import { type Answer, listen, recorded } from "./fake-ksqldb-script.ts";

const words = {
  info: JSON.parse(recorded("001-info").text),
  healthy: recorded("002-healthcheck").text,
  pulled: recorded("073-qs-pull-table"),
  pushed: recorded("071-qs-push-limit"),
  queries: JSON.parse(recorded("058-show-queries").text)[0],
  description: JSON.parse(recorded("061-describe-extended").text)[0],
  missing: JSON.parse(recorded("062-describe-missing").text),
  made: JSON.parse(recorded("053-ctas-windowed").text)[0],
  exists: JSON.parse(recorded("054-ctas-windowed-again").text),
  notReplaced: JSON.parse(recorded("055-ctas-or-replace-windowed-same").text),
  notUpgraded: JSON.parse(recorded("102-replace-remove-column").text),
  unknownFunction: JSON.parse(recorded("029-unknown-function").text),
  hasReaders: JSON.parse(recorded("136-drop-source-with-readers").text),
  dropped: JSON.parse(recorded("140-drop-ctas-running").text)[0],
  terminated: JSON.parse(recorded("145-terminate-ok").text)[0],
  unknownQuery: JSON.parse(recorded("146-terminate-again").text),
  explained: JSON.parse(recorded("285-e-explain").text)[0],
};

/** Not recorded: the format is that of the server's class `PropertiesList`, the values are its defaults. */
const defaultSettings = [{ name: "ksql.streams.processing.guarantee", scope: "KSQL", value: "at_least_once" }];

interface Source {
  readonly kind: "STREAM" | "TABLE";
  readonly name: string;
  readonly topic: string;
  readonly statement: string;
  readonly from: string | undefined;
}

export interface FakeQuery {
  readonly id: string;
  readonly statement: string;
  readonly sink: string;
  readonly topic: string;
  state: string;
}

interface Holding {
  readonly sources: Map<string, Source>;
  readonly queries: Map<string, FakeQuery>;
  commands: number;
}

export interface FakeKsqldb extends AsyncDisposable {
  readonly url: string;
  /** Statements of each POST, such as `SHOW QUERIES` or `CREATE STREAM A …`, in order, including read-only ones. */
  readonly posted: string[];
  /** Settings of the last statement that started a query. */
  properties(): unknown;
  readonly queries: () => readonly FakeQuery[];
  sources(): readonly string[];
  /** Queries started since the beginning. */
  started(): readonly FakeQuery[];
  /** Sets the Kafka cluster id that the server reports instead of the recorded one. */
  workWith(clusterId: string): void;
  /** Breaks every connection until the returned handle is ended. */
  refuseAll(): { readonly end: () => void };
  /** Executes statements that are not from streamctl. */
  run(sql: string): void;
  /** Breaks the connection of the next matching statement, after executing it. */
  breakAfter(pattern: RegExp): void;
}

class Refusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, body: object) {
    super("refused");
    this.status = status;
    this.body = body;
  }
}

export async function startFakeKsqldb(): Promise<FakeKsqldb> {
  const posted: string[] = [];
  const started: FakeQuery[] = [];
  let holding: Holding = { sources: new Map(), queries: new Map(), commands: 0 };
  let properties: unknown;
  let broken: RegExp | undefined;
  let clusterId: string | undefined;
  let away = false;

  function execute(sql: string): readonly object[] {
    const statements = splitStatements(sql).map((statement) => statement.sql);
    const trial: Holding = { sources: new Map(holding.sources), queries: new Map(holding.queries), commands: holding.commands };
    const before = new Set(trial.queries.keys());
    const answers = statements.map((statement) => runStatement(trial, statement));
    holding = trial;
    for (const query of trial.queries.values()) if (!before.has(query.id)) started.push(query);
    return answers;
  }

  /** Undefined where the connection breaks. */
  function answer(path: string, text: string): Answer | undefined {
    if (away) return undefined;
    if (path === "/info") {
      const info = { ...words.info.KsqlServerInfo, ...(clusterId === undefined ? {} : { kafkaClusterId: clusterId }) };
      return { status: 200, text: JSON.stringify({ KsqlServerInfo: info }) };
    }
    if (path === "/healthcheck") return { status: 200, text: words.healthy };
    if (path === "/query-stream") return /EMIT CHANGES/iu.test(text) ? { ...words.pushed, after: "silence" } : words.pulled;
    if (path.startsWith("/status/")) return { status: 200, text: JSON.stringify({ ...words.made.commandStatus, queryId: null }) };
    const body = JSON.parse(text) as { readonly ksql: string; readonly streamsProperties?: unknown };
    const sql = body.ksql.replace(/\s*;$/u, "");
    posted.push(sql);
    try {
      const answers = execute(sql);
      if (/\bAS\s+SELECT\b/iu.test(sql)) properties = body.streamsProperties;
      if (broken?.test(sql) !== true) return { status: 200, text: JSON.stringify(answers) };
      broken = undefined;
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, text: JSON.stringify(error.body) };
      throw error;
    }
  }

  const server = await listen(answer);
  return {
    url: server.url,
    posted,
    properties: () => properties,
    queries: () => [...holding.queries.values()],
    sources: () => [...holding.sources.keys()],
    started: () => started,
    refuseAll() {
      away = true;
      return { end: () => void (away = false) };
    },
    workWith(id) {
      clusterId = id;
    },
    run: (sql) => void execute(sql),
    breakAfter(pattern) {
      broken = pattern;
    },
    [Symbol.asyncDispose]: server.close,
  };
}

const name = "(?<name>`[^`]+`|\\w+)";
const create = new RegExp(`^CREATE (?<replace>OR REPLACE )?(?<kind>STREAM|TABLE) ${name}`, "iu");

function runStatement(holding: Holding, sql: string): object {
  const { queries } = holding;
  if (/^SHOW QUERIES$/iu.test(sql)) return { ...words.queries, queries: [...queries.values()].map(shownQuery) };
  if (/^SHOW PROPERTIES$/iu.test(sql)) return { "@type": "properties", statementText: sql, properties: defaultSettings };
  if (/^DESCRIBE /iu.test(sql)) return describe(holding, sourceName(sql.slice("DESCRIBE ".length).replace(/ EXTENDED$/iu, "")));
  if (/^EXPLAIN /iu.test(sql)) return words.explained;
  if (/^TERMINATE /iu.test(sql)) return terminate(holding, sql.slice("TERMINATE ".length));
  const dropped = new RegExp(`^DROP (?:STREAM|TABLE) ${name}$`, "iu").exec(sql)?.groups?.["name"];
  if (dropped !== undefined) return drop(holding, sourceName(dropped));
  if (/^INSERT INTO /iu.test(sql)) return insert(holding, sql);
  return make(holding, sql);
}

function shownQuery({ id, statement, sink, topic, state }: FakeQuery): object {
  const shown = words.queries.queries[0] as object;
  // Like a real server, reports a paused query as RUNNING.
  const told = { state: state === "ERROR" ? "ERROR" : "RUNNING", statusCount: { [state]: 1 } };
  return { ...shown, id, queryString: statement, sinks: [sink], sinkKafkaTopics: [topic], ...told };
}

function describe({ sources }: Holding, wanted: string): object {
  const source = sources.get(wanted);
  if (source === undefined) {
    throw new Refusal(400, { ...words.missing, message: (words.missing.message as string).replace("NOSUCH", wanted) });
  }
  const readers = [...sources.values()].filter(({ from }) => from === wanted).map((reader) => reader.name);
  const { kind, topic, statement } = source;
  const description = { ...words.description.sourceDescription, name: wanted, type: kind, topic, statement, sourceConstraints: readers };
  return { ...words.description, sourceDescription: description };
}

function terminate({ queries }: Holding, id: string): object {
  if (!queries.delete(id)) throw new Refusal(400, words.unknownQuery);
  return words.terminated;
}

function drop(holding: Holding, wanted: string): object {
  const { sources, queries } = holding;
  if (!sources.has(wanted)) throw new Refusal(400, { ...words.missing, message: `Stream ${wanted} does not exist.` });
  if ([...sources.values()].some(({ from }) => from === wanted)) throw new Refusal(400, words.hasReaders);
  if ([...queries.values()].some(({ sink, id }) => sink === wanted && id.startsWith("INSERT"))) throw new Refusal(400, words.hasReaders);
  sources.delete(wanted);
  for (const query of queries.values()) if (query.sink === wanted) queries.delete(query.id);
  return words.dropped;
}

function insert(holding: Holding, sql: string): object {
  const sink = sourceName(new RegExp(`^INSERT INTO ${name}`, "iu").exec(sql)?.groups?.["name"] ?? "");
  const id = `INSERTQUERY_${(holding.commands += 1)}`;
  holding.queries.set(id, { id, statement: sql, sink, topic: holding.sources.get(sink)?.topic ?? "", state: "RUNNING" });
  return words.made;
}

function make(holding: Holding, sql: string): object {
  const found = create.exec(sql)?.groups;
  if (found === undefined) throw new Error(`The fake does not know: ${sql}`);
  if (sql.includes("REFUSED")) throw new Refusal(400, { ...words.unknownFunction, statementText: sql });
  const kind = found["kind"]?.toUpperCase() === "TABLE" ? "TABLE" : "STREAM";
  const made = sourceName(found["name"] ?? "");
  const { sources, queries } = holding;
  const old = sources.get(made);
  const isQuery = / AS SELECT /iu.test(sql);
  if (old !== undefined && found["replace"] === undefined) throw new Refusal(400, words.exists);
  if (old !== undefined && isQuery) throw new Refusal(400, words.notReplaced);
  const statement = isQuery ? sql : asTheServerWrites(sql, kind, made);
  if (old !== undefined && !columns(statement).startsWith(columns(old.statement))) throw new Refusal(400, words.notUpgraded);
  const from = isQuery ? sourceName(new RegExp(` FROM ${name}`, "iu").exec(sql)?.groups?.["name"] ?? "") : undefined;
  if (from !== undefined && !sources.has(from)) throw new Refusal(400, { ...words.missing, message: `${from} does not exist.` });
  const topic = /KAFKA_TOPIC = '(?<topic>[^']+)'/u.exec(sql)?.groups?.["topic"] ?? made;
  sources.set(made, { kind, name: made, topic, statement, from });
  holding.commands += 1;
  if (isQuery) {
    const id = `${kind === "TABLE" ? "CTAS" : "CSAS"}_${made}_${holding.commands}`;
    queries.set(id, { id, statement, sink: made, topic, state: "RUNNING" });
  }
  // A busy server returns a command that has to be polled.
  return { ...words.made, commandId: `table/\`${made}\`/create`, commandStatus: { status: "EXECUTING", message: "Executing statement" } };
}

function sourceName(written: string): string {
  return written.startsWith("`") ? written.slice(1, -1) : written.toUpperCase();
}

/** Names in upper case, full type names, and additional properties. */
function asTheServerWrites(sql: string, kind: string, made: string): string {
  const definition = parseDefinition(sql);
  const properties = [...definition.properties, ["CLEANUP_POLICY", "delete"], ["KEY_FORMAT", "KAFKA"]].map(
    ([key, value]) => `${key}='${value}'`,
  );
  return `CREATE ${kind} ${made} (${definition.columns.join(", ")}) WITH (${properties.toSorted().join(", ")});`;
}

function columns(statement: string): string {
  return parseDefinition(statement).columns.join(", ");
}
