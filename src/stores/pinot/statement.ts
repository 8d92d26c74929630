/**
 * What streamctl has to know of a statement's text before Pinot reads it: how many rows it asks for, and whether Pinot would cut its
 * groups. Pinot applies HAVING only to the first groups by ORDER BY, five times as many as LIMIT or 5,000, and ignores OFFSET where there
 * is GROUP BY or DISTINCT: for such a statement Pinot is asked for more rows, and the rows that were asked for are taken from them.
 */

import type { AnswerWarning } from "./broker.ts";

/** Rows that Pinot answers where a statement gives no LIMIT. */
const defaultLimit = 10;

/** Pinot keeps LIMIT in 32 bits: what is one more becomes negative. */
const highestLimit = 2 ** 31 - 1;

/** Groups that Pinot makes for one query at most: `num.groups.limit` in `config/pinot/server.conf`. */
const groupLimit = 300_000;

export interface PlannedStatement {
  /** What Pinot is asked. */
  readonly sql: string;
  /** The rows among those that Pinot answers which the statement asks for. */
  readonly select: (rows: readonly (readonly unknown[])[]) => readonly (readonly unknown[])[];
  /** Whether there may be more rows than the statement, which gives no LIMIT, shows. */
  readonly limitReached: (rows: readonly unknown[]) => boolean;
  /** Time that the statement itself allows, in milliseconds; undefined where it does not say. */
  readonly timeoutMs: number | undefined;
  /** What cuts the answer, as far as the text tells. */
  readonly warnings: readonly AnswerWarning[];
  /** The statement that has Pinot explain this one; undefined where this one is an EXPLAIN itself. */
  readonly explanation: string | undefined;
}

/** @param limit of the rows where the statement gives none, and of those that are shown */
export function planStatement(sql: string, limit?: number): PlannedStatement {
  const parts = readStatement(sql);
  const { query, page, groups, having, distinct } = parts;
  const timeoutMs = Number(typedSetting(parts, "timeoutMs") ?? 0);
  const plan = {
    sql,
    select: (all: readonly (readonly unknown[])[]) => (limit === undefined ? all : all.slice(0, limit)),
    limitReached: () => false,
    // What is not above zero is left to Pinot.
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
  /** The text with everything blanked that is no word of the statement itself: texts, names in quotes, comments. */
  readonly words: string;
  /** Where the query stands among its settings: from its first word to its options. */
  readonly query: Span;
  /** Undefined where the statement says in a way that is not understood here which rows it asks for. */
  readonly page: Page | undefined;
  /** It skips rows, understood here or not. */
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

/** Which rows a statement asks for, and where it says so: nowhere, at the end of the query, where it does not. */
interface Page extends Span {
  /** Undefined where it gives no number: Pinot then answers 10, for LIMIT ALL too. */
  readonly rows: number | undefined;
  readonly offset: number;
}

function readStatement(sql: string): StatementParts {
  const words = blank(sql, /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//gu);
  const query = findQuery(words);
  // What stands in brackets belongs to a function, or to a query within this one.
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

/** The text with each match replaced by spaces: everything else keeps its place. */
function blank(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (piece) => " ".repeat(piece.length));
}

/** Settings stand in statements of their own, before the query or after it, and as options at its end. */
function findQuery(words: string): Span {
  const found = [...words.matchAll(/[^;]+/gu)].findLast(([one]) => one.trim() !== "" && !/^\s*set\b/iu.test(one));
  const text = found?.[0] ?? words;
  const begin = found?.index ?? 0;
  const options = /(?:\boption\s*\([^()]*\)\s*)+$/iu.exec(text);
  return { start: begin + text.length - text.trimStart().length, end: begin + (options?.index ?? text.length) };
}

/** All that Pinot 0.11 reads, but for FETCH after LIMIT and numbers such as 1e2. https://calcite.apache.org/docs/reference.html#grammar */
const pageClauses = [
  /\blimit\s+(?<rows>\d+|all)(?:\s+offset\s+(?<offset>\d+)(?:\s+rows?)?)?\s*$/iu,
  /\blimit\s+(?<offset>\d+)\s*,\s*(?<rows>\d+)\s*$/iu,
  /\boffset\s+(?<offset>\d+)(?:\s+rows?)?(?:\s+fetch\s+(?:first|next)\s+(?<rows>\d+)\s+rows?\s+only)?\s*$/iu,
  /\bfetch\s+(?:first|next)\s+(?<rows>\d+)\s+rows?\s+only\s*$/iu,
];

/** @param outer text of the query without what stands in brackets; `start` is its place in the statement */
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

/** Puts the clause in the place of the statement's own, or at the end of the query. */
function withPage(sql: string, { start, end }: Page, clause: string): string {
  const [before, after] = [sql.slice(0, start), sql.slice(end)];
  if (start < end) return before + clause + after;
  // On a line of its own, since the query may end in a comment.
  return after === "" ? `${before}\n${clause}` : `${before}\n${clause}\n${after}`;
}

/** A number that the statement sets for itself, in quotes or without, by `SET name = …;` or `option(name=…)`, which comes last and wins. */
function typedSetting({ sql, words }: StatementParts, name: string): string | undefined {
  const settings = words.matchAll(new RegExp(`(?:(?:^|;)\\s*set\\s+|\\boption\\s*\\((?:[^()]*,)?\\s*)${name}\\s*=`, "giu"));
  const last = [...settings].at(-1);
  return last === undefined ? undefined : /^[\s'"]*(?<number>-?\d+)/u.exec(sql.slice(last.index + last[0].length))?.groups?.["number"];
}

const trimSizes = ["minSegmentGroupTrimSize", "minServerGroupTrimSize", "minBrokerGroupTrimSize"];

function warningsOf(parts: StatementParts): readonly AnswerWarning[] {
  const { page, skips, groups, having, ordered, distinct } = parts;
  const warnings: AnswerWarning[] = [];
  const trims = trimSizes.find((name) => Number(typedSetting(parts, name) ?? 0) > 0);
  if (groups && (ordered || having) && trims !== undefined) {
    warnings.push({
      code: "groups-trimmed",
      message: `Groups may be missing: the statement's ${trims} has Pinot drop some before it is done`,
    });
  }
  if (groups && having && page === undefined) {
    warnings.push({
      code: "groups-trimmed",
      message: "Groups may be missing: Pinot applies HAVING to 5,000 of them; end the statement with LIMIT 10 or LIMIT 10 OFFSET 5",
    });
  }
  if ((groups || distinct) && skips && page === undefined) {
    warnings.push({
      code: "offset-ignored",
      message: "OFFSET may be ignored: Pinot does so where there is GROUP BY or DISTINCT; end the statement with LIMIT 10 OFFSET 5",
    });
  }
  return warnings;
}

/** What may be wrong with a statement that Pinot could not read; undefined where nothing is known to be. */
export function hintForUnreadable(sql: string): string | undefined {
  const { words } = readStatement(sql);
  if (words.includes("`")) return 'Write names in double quotes, or without any: "START"';
  const statements = words.split(";").filter((one) => one.trim() !== "" && !/^\s*set\b/iu.test(one));
  return statements.length > 1 ? "Type one statement for each query" : undefined;
}

/** Whether a statement reads a table at all: `select 1` does not. */
export function readsTable(sql: string): boolean {
  return /\bfrom\b/iu.test(readStatement(sql).words);
}
