/** The state of a ksqlDB server: the declared streams and tables, and all persistent queries. Read-only. */

import type { StreamctlError } from "../../core/errors.ts";
import type { HttpResponse } from "../../core/http.ts";
import { arrayAt, at, numberAt, stringAt } from "../../core/json.ts";
import { type Declared, quoted } from "./declarations.ts";
import { refusalError, refusalOf, isSourceMissing } from "./refusal.ts";
import { ask } from "./server.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";

/** A stream or table as described by the server. */
export interface ServerObject {
  readonly kind: "STREAM" | "TABLE";
  readonly name: string;
  /** The statement that created it, as returned by the server. */
  readonly statement: string;
}

/** A persistent query: it runs until it is terminated. */
export interface PersistentQuery {
  readonly id: string;
  readonly statement: string;
  /** ksqlDB's query state: `RUNNING`, `ERROR` or `PAUSED`. */
  readonly state: string;
  /** Names of the streams and tables that it writes. */
  readonly sinks: readonly string[];
  readonly topics: readonly string[];
}

export interface ServerState {
  readonly objects: ReadonlyMap<string, ServerObject>;
  readonly queries: readonly PersistentQuery[];
}

/** @throws StreamctlError `unreachable`, `processor`, `interrupted` */
export async function observeServer(url: string, declared: readonly Declared[], deadline: StepDeadline): Promise<ServerState> {
  const [queries, ...objects] = await Promise.all([
    listQueries(url, deadline),
    ...declared.map(({ name }) => describeObject(url, name, deadline)),
  ]);
  return { queries, objects: new Map(objects.filter((object) => object !== undefined).map((object) => [object.name, object])) };
}

/** Lists persistent queries, without the push queries of clients. */
export async function listQueries(url: string, deadline: StepDeadline): Promise<readonly PersistentQuery[]> {
  const answer = await ask(url, "SHOW QUERIES", deadline);
  if (answer.status !== 200) throw refused("list the queries of ksqlDB", answer);
  return arrayAt(answer.json, 0, "queries")
    .map((query) => ({
      id: stringAt(query, "id") ?? "",
      statement: stringAt(query, "queryString") ?? "",
      // For a paused query `state` is RUNNING; only `statusCount` is correct.
      state: (numberAt(query, "statusCount", "PAUSED") ?? 0) > 0 ? "PAUSED" : (stringAt(query, "state") ?? ""),
      sinks: strings(at(query, "sinks")),
      topics: strings(at(query, "sinkKafkaTopics")),
    }))
    .filter(({ topics }) => topics.length > 0);
}

/** Undefined if the stream or table does not exist. */
export async function describeObject(url: string, name: string, deadline: StepDeadline): Promise<ServerObject | undefined> {
  const answer = await ask(url, `DESCRIBE ${quoted(name)}`, deadline);
  if (isSourceMissing(answer)) return undefined;
  const description = at(answer.json, 0, "sourceDescription");
  if (answer.status !== 200 || description === undefined) {
    throw refused(`describe "${name}" of ksqlDB`, answer);
  }
  return {
    kind: stringAt(description, "type") === "TABLE" ? "TABLE" : "STREAM",
    name,
    statement: stringAt(description, "statement") ?? "",
  };
}

/** Recent errors of a query, as reported by the server. */
export async function queryErrors(url: string, id: string, deadline: StepDeadline): Promise<readonly string[]> {
  const answer = await ask(url, `EXPLAIN ${quoted(id)}`, deadline);
  const errors = arrayAt(answer.json, 0, "queryDescription", "queryErrors");
  return errors.map((error) => stringAt(error, "errorMessage")?.split("\n")[0] ?? "").filter(Boolean);
}

/** All queries that write to a topic, including those of other owners. */
export function writersOf({ queries }: Pick<ServerState, "queries">, topic: string): readonly PersistentQuery[] {
  return queries.filter(({ topics }) => topics.includes(topic));
}

function refused(action: string, answer: HttpResponse): StreamctlError {
  const refusal = refusalOf(answer);
  return refusalError(`Cannot ${action}: ${refusal.reason}`, refusal, { facts: { status: answer.status } });
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
