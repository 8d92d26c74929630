/** Executes planned changes to the streams and tables of a ksqlDB server, one statement at a time. */

import type { Log } from "../../core/log.ts";
import { pollUntil } from "../../core/wait.ts";
import { hasCode, StreamctlError } from "../../core/errors.ts";
import { type Declared, quoted } from "./declarations.ts";
import { compareDefinitions, parseDefinition } from "./definition.ts";
import { describeObject, type PersistentQuery, listQueries, queryErrors } from "./objects.ts";
import type { ObjectStep } from "./plan.ts";
import { executeCommand } from "./server.ts";
import { positionOf } from "../statements.ts";
import { queryProperties } from "./settings.ts";
import { type StepDeadline, stepDeadline, waitOptions } from "../../core/step-deadline.ts";

/** Terminates queries and waits until the server no longer lists them. */
export async function terminateQueries(url: string, ids: readonly string[], deadline: StepDeadline): Promise<void> {
  for (const id of ids) {
    const isDone = async (): Promise<boolean> => (await listQueries(url, deadline)).every((query) => query.id !== id);
    await executeCommand(url, { sql: `TERMINATE ${quoted(id)}`, action: () => `terminate query ${id}`, isDone }, deadline);
    await pollUntil(async () => (await isDone()) || undefined, waitOptions(deadline, `query ${id} to end`));
  }
}

/** Drops the objects that the steps recreate, readers before their sources. Topics remain. */
export async function dropObjects(url: string, steps: readonly ObjectStep[], deadline: StepDeadline): Promise<void> {
  for (const { declared, operation } of steps.toReversed()) {
    if (operation !== "terminate, drop and recreate") continue;
    const { kind, name } = declared;
    const isDone = async (): Promise<boolean> => (await describeObject(url, name, deadline)) === undefined;
    await executeCommand(
      url,
      { sql: `DROP ${kind} ${quoted(name)}`, action: () => `drop ${kind.toLowerCase()} ${name} of ksqlDB`, isDone },
      deadline,
    );
  }
}

/** Executes the statements that create or replace objects, in order. */
export async function createObjects(url: string, steps: readonly ObjectStep[], deadline: StepDeadline, log: Log): Promise<void> {
  for (const { declared, operation, cause } of steps) {
    if (operation === "unchanged") continue;
    const { text } = declared.statement;
    const inPlace = operation === "replace in place";
    log.debug(`${operation}: ${declared.kind.toLowerCase()} ${declared.name} (${cause})`);
    await executeCommand(
      url,
      {
        sql: inPlace ? text.replace(/^create(?:\s+or\s+replace)?/iu, "CREATE OR REPLACE") : text,
        action: (line) => `run "${positionOf(declared.statement, line)}"`,
        properties: queryProperties,
        isDone: async () => await isCreated(url, declared, deadline),
      },
      deadline,
    );
  }
}

async function isCreated(url: string, { name, definition }: Declared, deadline: StepDeadline): Promise<boolean> {
  const existing = await describeObject(url, name, deadline);
  if (existing === undefined) return false;
  return definition === undefined || compareDefinitions(parseDefinition(existing.statement), definition).kind === "same";
}

/** The queries that write the declared streams and tables; undefined for a query that is not running. */
export function writingQueries(
  declared: readonly Declared[],
  queries: readonly PersistentQuery[],
): readonly (PersistentQuery | undefined)[] {
  const filled = declared.filter(({ definition }) => definition === undefined);
  return filled.map(({ name }) => queries.find(({ sinks }) => sinks.includes(name)));
}

/**
 * Waits until every query is running. The server keeps restarting a query that failed, so only the deadline ends the wait.
 *
 * @throws StreamctlError `processor` with the query's last error
 */
export async function waitUntilRunning(url: string, declared: readonly Declared[], deadline: StepDeadline): Promise<void> {
  let last: readonly (PersistentQuery | undefined)[] = [];
  const look = async (): Promise<true | undefined> => {
    last = writingQueries(declared, await listQueries(url, deadline));
    return last.every((query) => query?.state === "RUNNING") || undefined;
  };
  try {
    await pollUntil(look, waitOptions(deadline, "ksqlDB's queries to run"));
  } catch (error) {
    if (!hasCode(error, "timeout")) throw error;
    const query = last.find((one) => one?.state !== "RUNNING");
    const [reason] = query === undefined ? [] : await queryErrors(url, query.id, stepDeadline(2000, deadline.signal));
    throw new StreamctlError(
      "processor",
      `Cannot run query ${query?.id ?? "of the windows"}: ${reason ?? query?.state ?? "it does not exist"}`,
      { cause: error, hint: "Run: streamctl logs ksqldb" },
    );
  }
}
