/** What has to happen to each stream and table: decided from what the server holds and what the files say. Pure. */

import { StreamctlError } from "../../core/errors.ts";
import { type Declared, readMark } from "./declarations.ts";
import { compareDefinitions, parseDefinition } from "./definition.ts";
import { describeMark, type Naming } from "./naming.ts";
import type { HeldQuery, HeldState } from "./objects.ts";

export interface ObjectStep {
  readonly operation: "unchanged" | "create" | "replace in place" | "terminate, drop and create again";
  readonly declared: Declared;
  readonly cause: string;
}

/**
 * One step for each stream and table of the files, in their order. Queries are kept or made anew all together: what lies between two
 * of them belongs to one computation. `CREATE OR REPLACE` serves only definitions without a query: ksqlDB refuses to replace a
 * windowed aggregate, even by itself, and a query that is replaced writes on into what the old one left.
 *
 * @param rebuild why the queries have to be made anew; undefined where they are to stay
 */
export function planObjects(declared: readonly Declared[], { objects }: HeldState, rebuild: string | undefined): readonly ObjectStep[] {
  return declared.map((wanted): ObjectStep => {
    const held = objects.get(wanted.name);
    if (held === undefined) return { operation: "create", declared: wanted, cause: "it does not exist" };
    if (wanted.definition === undefined || held.kind !== wanted.kind) {
      if (rebuild === undefined) return { operation: "unchanged", declared: wanted, cause: "it was made by the same statement" };
      const why = wanted.kind === "TABLE" ? ` (windowed aggregates cannot be replaced)` : "";
      return { operation: "terminate, drop and create again", declared: wanted, cause: `${rebuild}${why}` };
    }
    const difference = compareDefinitions(parseDefinition(held.statement), wanted.definition);
    if (difference.kind === "same") return { operation: "unchanged", declared: wanted, cause: "it is as its file says" };
    const operation = difference.kind === "extended" ? "replace in place" : "terminate, drop and create again";
    return { operation, declared: wanted, cause: difference.cause };
  });
}

/** Whether a query is the stack's own: by the mark of its computation, or because it writes to a topic that the stack made for it. */
export function isOurQuery({ statement, topics }: HeldQuery, { mark, topicPrefix }: Naming): boolean {
  return readMark(statement)?.owner === mark || topics.some((topic) => topic.startsWith(topicPrefix));
}

/**
 * On a server that others use too, no query of theirs is terminated, and none writes where the stack does. What an older streamctl made there
 * has names that every stack shared: it is named, and left to whoever knows whose it is.
 *
 * @throws StreamctlError `processor` naming the query that stands in the way
 */
export function requireOwn(
  steps: readonly ObjectStep[],
  held: Pick<HeldState, "queries">,
  windowsTopic: string,
  place: SharedServer,
): void {
  const rewritten = new Set(steps.filter(({ operation }) => operation !== "unchanged").map(({ declared }) => declared.name));
  const foreign = held.queries.find(
    (query) => !isOurQuery(query, place.naming) && (query.topics.includes(windowsTopic) || query.sinks.some((name) => rewritten.has(name))),
  );
  if (foreign === undefined) return;
  const who = describeMark(readMark(foreign.statement)?.owner);
  const message = `Cannot use ksqlDB at "${place.url}": its query ${foreign.id}, ${who}, writes to topic "${foreign.topics.join(", ")}"`;
  throw new StreamctlError("processor", message, { hint: `Type in ksqlDB: TERMINATE ${foreign.id};` });
}

/** A server that others use too, and what the stack calls its own there. */
export interface SharedServer {
  readonly url: string;
  readonly naming: Naming;
}
