/** What has to happen to each stream and table: decided from what the server holds and what the files say. Pure. */

import { StreamctlError } from "../../core/errors.ts";
import { type Declared, ownTopicPrefix, readMark } from "./declarations.ts";
import { compareDefinitions, parseDefinition } from "./definition.ts";
import type { HeldObject, HeldQuery, HeldState } from "./objects.ts";

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

/**
 * Whether streamctl made an object: by the mark of its computation, by the name of its topic, or because a query of ours reads it,
 * and streamctl builds on nothing that it would not have made.
 */
export function isOurs(object: HeldObject, { objects }: HeldState): boolean {
  if (readMark(object.statement) !== undefined || object.topic.startsWith(ownTopicPrefix)) return true;
  const readers = object.readers.map((name) => objects.get(name));
  return readers.length > 0 && readers.every((reader) => reader !== undefined && isOurs(reader, { objects, queries: [] }));
}

export function isOurQuery({ statement, topics }: HeldQuery): boolean {
  return readMark(statement) !== undefined || topics.some((topic) => topic.startsWith(ownTopicPrefix));
}

/**
 * On a server that others use too, nothing of theirs is dropped, terminated or written over.
 *
 * @throws StreamctlError `processor` naming what stands in the way
 */
export function requireOwn(steps: readonly ObjectStep[], held: HeldState, windowsTopic: string, url: string): void {
  const cannot = `Cannot use ksqlDB at "${url}"`;
  const hint = "Drop it there, or use another ksqlDB server: --ksqldb-url URL";
  const rewritten = new Set(steps.filter(({ operation }) => operation !== "unchanged").map(({ declared }) => declared.name));
  const foreign = held.queries.find(
    (query) => !isOurQuery(query) && (query.topics.includes(windowsTopic) || query.sinks.some((name) => rewritten.has(name))),
  );
  if (foreign !== undefined) {
    const where = foreign.topics.join(", ");
    const message = `${cannot}: its query ${foreign.id}, which streamctl did not start, writes to topic "${where}"`;
    throw new StreamctlError("processor", message, { hint: `Type in ksqlDB: TERMINATE ${foreign.id};` });
  }
  for (const { operation, declared } of steps) {
    const object = held.objects.get(declared.name);
    if (operation === "unchanged" || object === undefined || isOurs(object, held)) continue;
    const what = `${object.kind.toLowerCase()} ${object.name}`;
    throw new StreamctlError("processor", `${cannot}: it holds a ${what} that streamctl did not make`, { hint });
  }
}
