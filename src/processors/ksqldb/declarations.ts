/**
 * The files of `ksql/` as a chain of streams and tables, the last of which writes the windows. The statement of that one carries
 * whose computation it is: the constant by which it groups is the identity of the computation, which the server keeps with the
 * query, gives back with it, and brings back after a restart. What stands between carries it in the name of its topic.
 */

import type { Declarations } from "../../core/assets.ts";
import { StreamctlError } from "../../core/errors.ts";
import { onlyWindow, type TopicIdentity } from "../../spec/names.ts";
import { type Definition, parseDefinition } from "./definition.ts";
import type { Naming } from "./naming.ts";
import { hashStatements, readStatements, type Statement } from "../statements.ts";
import { retentionDays, retentionMs } from "./topic-config.ts";

/** One stream or table of the files. */
export interface Declared {
  readonly kind: "STREAM" | "TABLE";
  /** As the server shows it: in capitals, unless it stands in backticks. */
  readonly name: string;
  /** What it says of a topic that is there already; undefined for one that a query of its own fills. */
  readonly definition?: Definition;
  readonly statement: Statement;
}

export interface DeclarationValues {
  readonly transactions: TopicIdentity;
  readonly transactionsPartitions: number;
  readonly windows: TopicIdentity;
  readonly naming: Naming;
}

/** What differs from one creation to the next. */
export interface CreationValues {
  /** The identity as `computationMark()` writes it. */
  readonly computation: string;
  /** Topic of what was paid: a new one for each creation, so that nothing of an earlier one is counted twice. */
  readonly paidTransactionsTopic: string;
}

/**
 * The statements in their order, rendered for one creation.
 *
 * @throws StreamctlError `usage` where a file holds anything but CREATE STREAM and CREATE TABLE, where not exactly one writes the windows, and
 *   where a name would be the same for every stack of a server that others use too
 */
export function readDeclared(declarations: Declarations, values: DeclarationValues, creation: CreationValues): readonly Declared[] {
  const { transactions, transactionsPartitions, windows, naming } = values;
  const statements = readStatements(declarations, "ksql", {
    transactionsTopic: transactions.name,
    transactionsPartitions,
    windowsTopic: windows.name,
    namePrefix: naming.prefix,
    windowSizeSeconds: onlyWindow.span.sizeMs / 1000,
    retentionDays,
    retentionMs,
    // A day less: ksqlDB wants the window within the retention too.
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
    `Cannot run the statements of "ksql": the last one, and no other, must write topic "${windows.name}", and it is written in ${where || "none"}`,
  );
}

function requirePrefix(declared: readonly Declared[], { prefix }: Naming): void {
  const bare = declared.find(({ name }) => !name.toUpperCase().startsWith(prefix.toUpperCase()));
  if (bare === undefined) return;
  const { file, line } = bare.statement;
  throw new StreamctlError(
    "usage",
    `Cannot run "${file}:${line}" on a server that others use too: ${bare.name} is not named by the stack`,
    {
      hint: `Write {{namePrefix}} before each name of a stream or table, as the files of \`streamctl eject\` do`,
    },
  );
}

/** The topic of windows is made by streamctl: a statement that wants another one is refused before anything is given up for it. */
function requireOnePartition({ statement: { file, line, sql } }: Declared, topic: string): void {
  const wanted = /\bwith\s*\([^)]*\bpartitions\s*=\s*(?<count>\d+)/iu.exec(sql)?.groups?.["count"];
  if (wanted === undefined || Number(wanted) === onlyWindow.topic.partitions) return;
  const message = `Cannot run "${file}:${line}": it wants ${wanted} partitions of topic "${topic}", and there is one`;
  throw new StreamctlError("usage", message, { hint: "Pinot upserts within a partition: write PARTITIONS = 1" });
}

/** The clause that came with 0.29; of Confluent's platform with 7.4. */
const retentionClause = /^\s*RETENTION_MS\s*=\s*\d+\s*,?\s*$/imu;

/** The statements for a server that may be too old for one of their clauses: the topic has that setting from the beginning anyway. */
export function declaredFor(version: string, declared: readonly Declared[]): readonly Declared[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (!(major === 0 ? minor < 29 : major < 7 || (major === 7 && minor < 4))) return declared;
  return declared.map((one) => ({ ...one, statement: { ...one.statement, text: one.statement.text.replace(retentionClause, "") } }));
}

const create = /^create\s+(?:or\s+replace\s+)?(?<kind>stream|table)\s+(?:if\s+not\s+exists\s+)?(?<name>`[^`]+`|"[^"]+"|\w+)/iu;

/** Name of the stream or table that a statement makes, as the server shows it; undefined where it makes none. */
export function nameMadeBy(sql: string): string | undefined {
  const name = create.exec(sql.trimStart())?.groups?.["name"];
  return name === undefined ? undefined : sourceName(name);
}

function declare(statement: Statement): Declared {
  const found = create.exec(statement.sql)?.groups;
  if (found === undefined) {
    const where = `${statement.file}:${statement.line}`;
    throw new StreamctlError("usage", `Cannot run "${where}": only CREATE STREAM and CREATE TABLE have a place there`);
  }
  const { kind = "", name = "" } = found;
  const declared = { kind: kind.toUpperCase() === "TABLE" ? ("TABLE" as const) : ("STREAM" as const), name: sourceName(name), statement };
  return / as select /iu.test(statement.sql) ? declared : { ...declared, definition: parseDefinition(statement.sql) };
}

function sourceName(written: string): string {
  return /^[`"]/u.test(written) ? written.slice(1, -1) : written.toUpperCase();
}

/** A name as it must be written in a statement. */
export function quoted(name: string): string {
  return /^[A-Z_][A-Z0-9_]*$/u.test(name) ? name : `\`${name}\``;
}

/** Hash of the statements that run as queries: what differs between two creations does not count. */
export function hashQueries(declarations: Declarations, values: DeclarationValues): string {
  const declared = readDeclared(declarations, values, { computation: "", paidTransactionsTopic: "" });
  return hashStatements(declared.filter(({ definition }) => definition === undefined).map(({ statement }) => statement));
}

/** What a computation is, as its statement carries it. */
export interface ComputationMark {
  /** Whose it is: {@link Naming.mark}. */
  readonly owner: string;
  /** Hash of the statements that run as queries. */
  readonly queries: string;
  readonly transactionsTopicId: string;
  readonly windowsTopicId: string;
}

export function computationMark({ owner, queries, transactionsTopicId, windowsTopicId }: ComputationMark): string {
  return ["streamctl", ...(owner === "" ? [] : [owner]), queries, transactionsTopicId, windowsTopicId].join(":");
}

/** The mark in a statement as the server gives it back, whichever stack wrote it; undefined where streamctl did not. */
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
