/**
 * Reads the files of `ksql/`: streams and tables that build on each other, the last of which writes the windows. The last statement groups
 * by a constant that identifies the computation and its owner. The server stores the statement with the query and restores both after a
 * restart, so the identity can be read back. Intermediate streams have it in the name of their topic.
 */

import type { Declarations } from "../../core/assets.ts";
import { StreamctlError } from "../../core/errors.ts";
import { predicateOf } from "../../record/predicate.ts";
import { onlyStream, onlyWindow, type TopicIdentity } from "../../spec/names.ts";
import { type Definition, parseDefinition } from "./definition.ts";
import type { Naming } from "./naming.ts";
import { ksqldbPredicate } from "./predicate.ts";
import { hashStatements, positionOf, readStatements, type Statement } from "../statements.ts";
import { retentionDays, retentionMs } from "./topic-config.ts";

/** One declared stream or table. */
export interface Declared {
  readonly kind: "STREAM" | "TABLE";
  /** As shown by the server: in upper case, unless quoted with backticks. */
  readonly name: string;
  /** The definition of a stream or table over an existing topic; undefined if a query of the statement writes it. */
  readonly definition?: Definition;
  readonly statement: Statement;
}

export interface DeclarationValues {
  readonly transactions: TopicIdentity;
  readonly transactionsPartitions: number;
  readonly windows: TopicIdentity;
  readonly naming: Naming;
}

/** Values that differ between two creations. */
export interface CreationValues {
  /** Identity formatted by `computationMark()`. */
  readonly computation: string;
  /** Intermediate topic: a new one for each creation, so that no record of an earlier one is counted twice. */
  readonly paidTransactionsTopic: string;
}

/**
 * Reads the statements in order, rendered for one creation.
 *
 * @throws StreamctlError `usage` for a statement other than CREATE STREAM and CREATE TABLE, unless exactly the last one writes the windows,
 *   and for a name without the stack's prefix on a shared server
 */
export function readDeclared(declarations: Declarations, values: DeclarationValues, creation: CreationValues): readonly Declared[] {
  const { transactions, transactionsPartitions, windows, naming } = values;
  const statements = readStatements(declarations, "ksql", {
    transactionsTopic: transactions.name,
    transactionsPartitions,
    windowsTopic: windows.name,
    namePrefix: naming.prefix,
    windowSizeSeconds: onlyWindow.span.sizeMs / 1000,
    countedTransactions: ksqldbPredicate(predicateOf(onlyStream, onlyWindow)),
    retentionDays,
    retentionMs,
    // One day less, because ksqlDB requires retention to cover the window size plus the grace period.
    graceDays: retentionDays - 1,
    ...creation,
  });
  const declared = statements.map(declare);
  requirePrefix(declared, naming);
  const writers = declared.filter(({ definition, statement }) => definition === undefined && statement.sql.includes(`'${windows.name}'`));
  const [writer] = writers;
  if (writer !== undefined && writers.length === 1 && writer === declared.at(-1)) {
    requireOnePartition(writer, windows.name);
    return declared;
  }
  const where = writers.map(({ statement }) => statement.file).join(", ");
  throw new StreamctlError(
    "usage",
    `Cannot run the statements of "ksql": only the last one must write topic "${windows.name}", but ${where === "" ? "none does" : `these do: ${where}`}`,
  );
}

function requirePrefix(declared: readonly Declared[], { prefix }: Naming): void {
  const bare = declared.find(({ name }) => !name.toUpperCase().startsWith(prefix.toUpperCase()));
  if (bare === undefined) return;
  const message = `Cannot run "${positionOf(bare.statement)}" on a shared server: the name ${bare.name} has no prefix of this stack`;
  throw new StreamctlError("usage", message, {
    hint: "Put {{namePrefix}} before the name of each stream and table, as in the files that streamctl eject writes",
  });
}

/** streamctl creates the topic of windows. Rejects a statement that needs other partitions before anything is stopped or deleted. */
function requireOnePartition({ statement }: Declared, topic: string): void {
  const wanted = /\bwith\s*\([^)]*\bpartitions\s*=\s*(?<count>\d+)/iu.exec(statement.sql)?.groups?.["count"];
  if (wanted === undefined || Number(wanted) === onlyWindow.topic.partitions) return;
  const message = `Cannot run "${positionOf(statement)}": it needs ${wanted} partitions of topic "${topic}", which has one`;
  throw new StreamctlError("usage", message, { hint: "Pinot upserts within one partition. Change it to PARTITIONS = 1" });
}

/** Supported since ksqlDB 0.29 and Confluent Platform 7.4. */
const retentionClause = /^\s*RETENTION_MS\s*=\s*\d+\s*,?\s*$/imu;

/** The statements without clauses that the server's version does not support. The topic is created with the same setting anyway. */
export function declaredFor(version: string, declared: readonly Declared[]): readonly Declared[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (!(major === 0 ? minor < 29 : major < 7 || (major === 7 && minor < 4))) return declared;
  return declared.map((one) => ({ ...one, statement: { ...one.statement, text: one.statement.text.replace(retentionClause, "") } }));
}

const create = /^create\s+(?:or\s+replace\s+)?(?<kind>stream|table)\s+(?:if\s+not\s+exists\s+)?(?<name>`[^`]+`|"[^"]+"|\w+)/iu;

/** Name of the stream or table that a statement creates, as shown by the server; undefined if it creates none. */
export function createdName(sql: string): string | undefined {
  const name = create.exec(sql.trimStart())?.groups?.["name"];
  return name === undefined ? undefined : sourceName(name);
}

function declare(statement: Statement): Declared {
  const found = create.exec(statement.sql)?.groups;
  if (found === undefined) {
    throw new StreamctlError("usage", `Cannot run "${positionOf(statement)}": only CREATE STREAM and CREATE TABLE are supported`);
  }
  const { kind = "", name = "" } = found;
  const declared = { kind: kind.toUpperCase() === "TABLE" ? ("TABLE" as const) : ("STREAM" as const), name: sourceName(name), statement };
  return / as select /iu.test(statement.sql) ? declared : { ...declared, definition: parseDefinition(statement.sql) };
}

function sourceName(written: string): string {
  return /^[`"]/u.test(written) ? written.slice(1, -1) : written.toUpperCase();
}

/** A name quoted for use in a statement, where necessary. */
export function quoted(name: string): string {
  return /^[A-Z_][A-Z0-9_]*$/u.test(name) ? name : `\`${name}\``;
}

/** Hash of the statements that run as queries, without the values that differ between two creations. */
export function hashQueries(declarations: Declarations, values: DeclarationValues): string {
  const declared = readDeclared(declarations, values, { computation: "", paidTransactionsTopic: "" });
  return hashStatements(declared.filter(({ definition }) => definition === undefined).map(({ statement }) => statement));
}

/** The identity in the statement of a computation. */
export interface ComputationMark {
  /** The owner: {@link Naming.mark}. */
  readonly owner: string;
  /** Hash of the statements that run as queries. */
  readonly queries: string;
  readonly transactionsTopicId: string;
  readonly windowsTopicId: string;
}

export function computationMark({ owner, queries, transactionsTopicId, windowsTopicId }: ComputationMark): string {
  return ["streamctl", ...(owner === "" ? [] : [owner]), queries, transactionsTopicId, windowsTopicId].join(":");
}

/** Reads the mark of any stack from a statement returned by the server; undefined if streamctl did not write the statement. */
export function readMark(statement: string): ComputationMark | undefined {
  const found =
    /'streamctl:(?:(?<owner>[a-z][a-z0-9-]*\/[\w-]+):)?(?<queries>[0-9a-f]{16}):(?<transactions>[\w-]+):(?<windows>[\w-]+)'/u.exec(
      statement,
    )?.groups;
  if (found === undefined) return undefined;
  return {
    owner: found["owner"] ?? "",
    queries: found["queries"] ?? "",
    transactionsTopicId: found["transactions"] ?? "",
    windowsTopicId: found["windows"] ?? "",
  };
}
