/**
 * Analyzes the text of a statement before it is sent to Pinot: how many rows it requests, and whether Pinot would trim its groups. Pinot
 * applies HAVING only to the first groups by ORDER BY (five times LIMIT, but at least 5,000) and ignores OFFSET with GROUP BY or DISTINCT.
 * For such a statement streamctl requests more rows and selects the requested ones itself.
 */

import { sqlParts } from "../../core/sql-text.ts";
import type { AnswerWarning } from "./broker.ts";

/** Pinot's default LIMIT. */
const defaultLimit = 10;

/** Pinot stores LIMIT as a 32-bit integer; larger values overflow. */
const highestLimit = 2 ** 31 - 1;

/** Maximum number of groups per query: `num.groups.limit` in `config/pinot/server.conf`. */
const groupLimit = 300_000;

export interface PlannedStatement {
  /** The statement to send to Pinot. */
  readonly sql: string;
  /** Selects the requested rows from those that Pinot returns. */
  readonly select: (rows: readonly (readonly unknown[])[]) => readonly (readonly unknown[])[];
  /** Whether there may be more rows, because the statement has no LIMIT. */
  readonly limitReached: (rows: readonly unknown[]) => boolean;
  /** The timeout that the statement sets, in milliseconds; undefined if it sets none. */
  readonly timeoutMs: number | undefined;
  /** Reasons in the text why the answer may be incomplete. */
  readonly warnings: readonly AnswerWarning[];
  /** The EXPLAIN statement for this one; undefined if it is an EXPLAIN itself. */
  readonly explanation: string | undefined;
}

/** @param limit maximum number of rows to return; also the LIMIT of a statement that has none */
export function planStatement(sql: string, limit?: number): PlannedStatement {
  const parts = readStatement(sql);
  const { query, page, groups, having, distinct } = parts;
  const timeoutMs = Number(statementSetting(parts, "timeoutMs") ?? 0);
  const plan = {
    sql,
    select: (all: readonly (readonly unknown[])[]) => (limit === undefined ? all : all.slice(0, limit)),
    limitReached: () => false,
    // Pinot handles timeouts that are not positive.
    timeoutMs: timeoutMs > 0 ? timeoutMs : undefined,
    warnings: [],
    explanation: parts.explains ? undefined : `${sql.slice(0, query.start)}EXPLAIN PLAN FOR ${sql.slice(query.start)}`,
  };
  if (parts.explains) return plan;
  const warnings = warningsOf(parts);
  if (page === undefined) return { ...plan, warnings };
  const { offset } = page;
  const rows = page.rows ?? limit ?? defaultLimit;
  const more = (groups && having) || ((groups || distinct) && offset > 0);
  const wanted = Math.min(highestLimit, Math.max(offset + rows, groups && having ? Math.ceil(groupLimit / 5) : 0));
  const isDefault = page.rows === undefined && limit === undefined;
  if (more) {
    return {
      ...plan,
      sql: withPage(sql, page, `LIMIT ${wanted}`),
      select: (all) => all.slice(offset, offset + Math.min(rows, limit ?? rows)),
      limitReached: (all) => isDefault && all.length >= Math.min(wanted, offset + rows + 1),
      warnings,
    };
  }
  const limited = `LIMIT ${Math.min(highestLimit, rows)}${offset > 0 ? ` OFFSET ${offset}` : ""}`;
  return {
    ...plan,
    sql: page.rows === undefined && limit !== undefined ? withPage(sql, page, limited) : sql,
    limitReached: (all) => isDefault && all.length === defaultLimit,
    warnings,
  };
}

interface StatementParts {
  readonly sql: string;
  /** The text with string literals, quoted names and comments replaced by spaces. */
  readonly words: string;
  /** The range of the query itself, without SET statements and options. */
  readonly query: Span;
  /** Undefined if the statement selects rows in a form that this module cannot parse. */
  readonly page: Page | undefined;
  /** Whether it has an OFFSET, in any form. */
  readonly skips: boolean;
  readonly groups: boolean;
  readonly having: boolean;
  readonly ordered: boolean;
  readonly distinct: boolean;
  readonly explains: boolean;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The requested rows, and the range of that clause: empty, at the end of the query, if there is none. */
interface Page extends Span {
  /** Undefined if there is no number: Pinot then returns 10 rows, also for LIMIT ALL. */
  readonly rows: number | undefined;
  readonly offset: number;
}

const noKeyword = new RegExp([sqlParts.text, sqlParts.name, sqlParts.comment].join("|"), "gu");

function readStatement(sql: string): StatementParts {
  const words = blank(sql, noKeyword);
  const query = findQuery(words);
  // Text in parentheses belongs to a function or a subquery.
  let outer = words.slice(query.start, query.end);
  for (let inner = ""; inner !== outer;) {
    inner = outer;
    outer = blank(inner, /\([^()]*\)/gu);
  }
  const has = (pattern: RegExp): boolean => pattern.test(outer);
  return {
    sql,
    words,
    query,
    page: readPage(outer, query.start),
    skips: has(/\boffset\b/iu),
    groups: has(/\bgroup\s+by\b/iu),
    having: has(/\bhaving\b/iu),
    ordered: has(/\border\s+by\b/iu),
    distinct: has(/\bselect\s+distinct\b/iu),
    explains: has(/^explain\b/iu),
  };
}

/** Replaces each match by spaces, so that offsets stay the same. */
function blank(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (piece) => " ".repeat(piece.length));
}

/** Finds the query among SET statements, which may precede or follow it, and the options at its end. */
function findQuery(words: string): Span {
  const found = [...words.matchAll(/[^;]+/gu)].findLast(([one]) => one.trim() !== "" && !/^\s*set\b/iu.test(one));
  const text = found?.[0] ?? words;
  const begin = found?.index ?? 0;
  const options = /(?:\boption\s*\([^()]*\)\s*)+$/iu.exec(text);
  return { start: begin + text.length - text.trimStart().length, end: begin + (options?.index ?? text.length) };
}

/** The forms that Pinot 0.11 accepts, except FETCH after LIMIT and numbers such as 1e2. https://calcite.apache.org/docs/reference.html#grammar */
const pageClauses = [
  /\blimit\s+(?<rows>\d+|all)(?:\s+offset\s+(?<offset>\d+)(?:\s+rows?)?)?\s*$/iu,
  /\blimit\s+(?<offset>\d+)\s*,\s*(?<rows>\d+)\s*$/iu,
  /\boffset\s+(?<offset>\d+)(?:\s+rows?)?(?:\s+fetch\s+(?:first|next)\s+(?<rows>\d+)\s+rows?\s+only)?\s*$/iu,
  /\bfetch\s+(?:first|next)\s+(?<rows>\d+)\s+rows?\s+only\s*$/iu,
];

/** @param outer text of the query without text in parentheses @param start its offset in the statement */
function readPage(outer: string, start: number): Page | undefined {
  const begin = outer.search(/\b(?:limit|offset|fetch)\b/iu);
  const end = start + outer.length;
  if (begin < 0) return { start: end, end, rows: undefined, offset: 0 };
  for (const clause of pageClauses) {
    const found = clause.exec(outer);
    if (found?.index !== begin) continue;
    const { rows, offset = "0" } = found.groups ?? {};
    return {
      start: start + begin,
      end: start + outer.trimEnd().length,
      rows: rows === undefined || /all/iu.test(rows) ? undefined : Number(rows),
      offset: Number(offset),
    };
  }
  return undefined;
}

/** Replaces the clause of the statement, or adds one at the end of the query. */
function withPage(sql: string, { start, end }: Page, clause: string): string {
  const [before, after] = [sql.slice(0, start), sql.slice(end)];
  if (start < end) return before + clause + after;
  // On a separate line, because the query may end with a comment.
  return after === "" ? `${before}\n${clause}` : `${before}\n${clause}\n${after}`;
}

/** The value of `SET name = …;` or `option(name=…)`, quoted or not. The last one wins. */
function statementSetting({ sql, words }: StatementParts, name: string): string | undefined {
  const settings = words.matchAll(new RegExp(`(?:(?:^|;)\\s*set\\s+|\\boption\\s*\\((?:[^()]*,)?\\s*)${name}\\s*=`, "giu"));
  const last = [...settings].at(-1);
  return last === undefined ? undefined : /^[\s'"]*(?<number>-?\d+)/u.exec(sql.slice(last.index + last[0].length))?.groups?.["number"];
}

const trimSizes = ["minSegmentGroupTrimSize", "minServerGroupTrimSize", "minBrokerGroupTrimSize"];

function warningsOf(parts: StatementParts): readonly AnswerWarning[] {
  const { page, skips, groups, having, ordered, distinct } = parts;
  const warnings: AnswerWarning[] = [];
  const trims = trimSizes.find((name) => Number(statementSetting(parts, name) ?? 0) > 0);
  if (groups && (ordered || having) && trims !== undefined) {
    warnings.push({
      code: "groups-trimmed",
      message: `Groups may be missing: Pinot trims them because the statement sets ${trims}`,
    });
  }
  if (groups && having && page === undefined) {
    warnings.push({
      code: "groups-trimmed",
      message: "Groups may be missing: Pinot applies HAVING to only 5,000 groups; end the statement with LIMIT 10 or LIMIT 10 OFFSET 5",
    });
  }
  if ((groups || distinct) && skips && page === undefined) {
    warnings.push({
      code: "offset-ignored",
      message: "OFFSET may be ignored: Pinot ignores it with GROUP BY or DISTINCT; end the statement with LIMIT 10 OFFSET 5",
    });
  }
  return warnings;
}

/** A hint for a statement that Pinot could not parse; undefined if there is none. */
export function hintForSyntaxError(sql: string): string | undefined {
  const { words } = readStatement(sql);
  if (words.includes("`")) return 'Quote names with double quotes, or not at all: "START"';
  const statements = words.split(";").filter((one) => one.trim() !== "" && !/^\s*set\b/iu.test(one));
  return statements.length > 1 ? "Run one statement per query" : undefined;
}

/** Whether a statement reads a table: `select 1` does not. */
export function readsTable(sql: string): boolean {
  return /\bfrom\b/iu.test(readStatement(sql).words);
}
