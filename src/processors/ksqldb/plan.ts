/** Plans changes to streams and tables by comparing the state of the server with the declarations. Pure. */

import { StreamctlError } from "../../core/errors.ts";
import { type Declared, readMark } from "./declarations.ts";
import { compareDefinitions, parseDefinition } from "./definition.ts";
import { describeMark, type Naming } from "./naming.ts";
import type { PersistentQuery, ServerState } from "./objects.ts";

export interface ObjectStep {
  readonly operation: "unchanged" | "create" | "replace in place" | "terminate, drop and recreate";
  readonly declared: Declared;
  readonly cause: string;
}

/**
 * Returns one step per declared stream and table, in order. Queries are kept or recreated together, because the intermediate topics belong
 * to one computation. `CREATE OR REPLACE` is used only for definitions without a query: ksqlDB refuses to replace a windowed aggregate,
 * even by an identical one, and a replaced query would continue with the output of the old one.
 *
 * @param rebuild why the queries have to be recreated; undefined to keep them
 */
export function planObjects(declared: readonly Declared[], { objects }: ServerState, rebuild: string | undefined): readonly ObjectStep[] {
  return declared.map((wanted): ObjectStep => {
    const existing = objects.get(wanted.name);
    if (existing === undefined) return { operation: "create", declared: wanted, cause: "it does not exist" };
    if (wanted.definition === undefined || existing.kind !== wanted.kind) {
      if (rebuild === undefined) return { operation: "unchanged", declared: wanted, cause: "its statement is unchanged" };
      const why = wanted.kind === "TABLE" ? ` (windowed aggregates cannot be replaced)` : "";
      return { operation: "terminate, drop and recreate", declared: wanted, cause: `${rebuild}${why}` };
    }
    const difference = compareDefinitions(parseDefinition(existing.statement), wanted.definition);
    if (difference.kind === "same") return { operation: "unchanged", declared: wanted, cause: "its definition is unchanged" };
    const operation = difference.kind === "extended" ? "replace in place" : "terminate, drop and recreate";
    return { operation, declared: wanted, cause: difference.cause };
  });
}

/** Whether a query belongs to the stack: by the mark in its statement, or because it writes to an intermediate topic of the stack. */
export function isOwnQuery({ statement, topics }: PersistentQuery, { mark, topicPrefix }: Naming): boolean {
  return readMark(statement)?.owner === mark || topics.some((topic) => topic.startsWith(topicPrefix));
}

/**
 * Ensures on a shared server that the steps affect no query of another owner, and that no other query writes to the topic of windows.
 * Objects of older versions of streamctl have names that all stacks shared, so their owner is unknown: the error names them, and the user
 * decides.
 *
 * @throws StreamctlError `processor` naming the conflicting query
 */
export function requireOwnQueries(
  steps: readonly ObjectStep[],
  existing: Pick<ServerState, "queries">,
  windowsTopic: string,
  place: SharedServer,
): void {
  const rewritten = new Set(steps.filter(({ operation }) => operation !== "unchanged").map(({ declared }) => declared.name));
  const foreign = existing.queries.find(
    (query) => !isOwnQuery(query, place.naming) && (query.topics.includes(windowsTopic) || query.sinks.some((name) => rewritten.has(name))),
  );
  if (foreign === undefined) return;
  const who = describeMark(readMark(foreign.statement)?.owner);
  const message = `Cannot use ksqlDB at "${place.url}": its query ${foreign.id}, ${who}, writes to topic "${foreign.topics.join(", ")}"`;
  throw new StreamctlError("processor", message, { hint: `Run in ksqlDB: TERMINATE ${foreign.id};` });
}

/** A shared server, and the stack's names there. */
export interface SharedServer {
  readonly url: string;
  readonly naming: Naming;
}
