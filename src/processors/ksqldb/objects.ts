/** What a ksqlDB server holds: the streams and tables of our names, and every query that writes. Looks only, changes nothing. */

import type { StreamctlError } from "../../core/errors.ts";
import type { HttpAnswer } from "../../core/http.ts";
import { arrayAt, at, numberAt, stringAt } from "../../core/json.ts";
import { type Declared, quoted } from "./declarations.ts";
import { refusalError, refusalOf, saysMissing } from "./refusal.ts";
import { ask } from "./server.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";

/** A stream or table as the server describes it. */
export interface HeldObject {
  readonly kind: "STREAM" | "TABLE";
  readonly name: string;
  readonly topic: string;
  /** The statement that made it, as the server writes it. */
  readonly statement: string;
  /** Streams and tables that were made from this one. */
  readonly readers: readonly string[];
}

/** A query that runs for as long as nobody ends it. */
export interface HeldQuery {
  readonly id: string;
  readonly statement: string;
  /** ksqlDB's own word: `RUNNING`, `ERROR` or `PAUSED`. */
  readonly state: string;
  /** Names of the streams and tables that it fills. */
  readonly sinks: readonly string[];
  readonly topics: readonly string[];
}

export interface HeldState {
  readonly objects: ReadonlyMap<string, HeldObject>;
  readonly queries: readonly HeldQuery[];
}

/** @throws StreamctlError `unreachable`, `processor`, `interrupted` */
export async function observeServer(url: string, declared: readonly Declared[], deadline: StepDeadline): Promise<HeldState> {
  const [queries, ...objects] = await Promise.all([
    listQueries(url, deadline),
    ...declared.map(({ name }) => describeObject(url, name, deadline)),
  ]);
  return { queries, objects: new Map(objects.filter((object) => object !== undefined).map((object) => [object.name, object])) };
}

/** Queries that run on their own; those of people who look on are left out. */
export async function listQueries(url: string, deadline: StepDeadline): Promise<readonly HeldQuery[]> {
  const answer = await ask(url, "SHOW QUERIES", deadline);
  if (answer.status !== 200) throw refused("list the queries of ksqlDB", answer);
  return arrayAt(answer.json, 0, "queries")
    .map((query) => ({
      id: stringAt(query, "id") ?? "",
      statement: stringAt(query, "queryString") ?? "",
      // Of one that is paused it says that it runs, and tells the truth beside it.
      state: (numberAt(query, "statusCount", "PAUSED") ?? 0) > 0 ? "PAUSED" : (stringAt(query, "state") ?? ""),
      sinks: strings(at(query, "sinks")),
      topics: strings(at(query, "sinkKafkaTopics")),
    }))
    .filter(({ topics }) => topics.length > 0);
}

/** Undefined where there is no stream or table of that name. */
export async function describeObject(url: string, name: string, deadline: StepDeadline): Promise<HeldObject | undefined> {
  const answer = await ask(url, `DESCRIBE ${quoted(name)}`, deadline);
  if (saysMissing(answer)) return undefined;
  const description = at(answer.json, 0, "sourceDescription");
  if (answer.status !== 200 || description === undefined) {
    throw refused(`describe "${name}" of ksqlDB`, answer);
  }
  const readQueries = arrayAt(description, "readQueries");
  return {
    kind: stringAt(description, "type") === "TABLE" ? "TABLE" : "STREAM",
    name,
    topic: stringAt(description, "topic") ?? "",
    statement: stringAt(description, "statement") ?? "",
    // Not every version tells of readers whose query has ended.
    readers: [
      ...new Set([...strings(at(description, "sourceConstraints")), ...readQueries.flatMap((query) => strings(at(query, "sinks")))]),
    ],
  };
}

/** Last errors of a query, as the server tells them. */
export async function queryErrors(url: string, id: string, deadline: StepDeadline): Promise<readonly string[]> {
  const answer = await ask(url, `EXPLAIN ${quoted(id)}`, deadline);
  const errors = arrayAt(answer.json, 0, "queryDescription", "queryErrors");
  return errors.map((error) => stringAt(error, "errorMessage")?.split("\n")[0] ?? "").filter(Boolean);
}

/** The queries that write to a topic, whoever started them. */
export function writersOf({ queries }: Pick<HeldState, "queries">, topic: string): readonly HeldQuery[] {
  return queries.filter(({ topics }) => topics.includes(topic));
}

function refused(action: string, answer: HttpAnswer): StreamctlError {
  const refusal = refusalOf(answer);
  return refusalError(`Cannot ${action}: ${refusal.reason}`, refusal, { facts: { status: answer.status } });
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
