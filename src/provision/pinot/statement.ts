/**
 * What streamctl has to know of a statement's text before Pinot reads it: how many rows it asks for, and whether Pinot would cut its
 * groups. Pinot applies HAVING only to the first groups by ORDER BY, five times as many as LIMIT or 5,000, and ignores OFFSET where there
 * is GROUP BY or DISTINCT: for such a statement Pinot is asked for more rows, and the rows that were asked for are taken from them.
 */

import type { AnswerWarning } from "./broker.ts";

/** Rows that Pinot answers where a statement gives no LIMIT. */
const defaultLimit = 10;

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
}

/** @param limit of the rows where the statement gives none, and of those that are shown */
export function planStatement(sql: string, limit?: number): PlannedStatement {
  const parts = readStatement(sql);
  const { page, fetches, groups, having, distinct } = parts;
  const rows = page?.rows ?? limit ?? defaultLimit;
  const offset = page?.offset ?? 0;
  const isDefault = page === undefined && !fetches && limit === undefined && !parts.explains;
  const more = !fetches && ((groups && having) || ((groups || distinct) && offset > 0));
  const wanted = having && groups ? Math.max(offset + rows, Math.ceil(groupLimit / 5)) : offset + rows;
  const asked = more ? `LIMIT ${wanted}` : page === undefined && !fetches && limit !== undefined ? `LIMIT ${limit}` : undefined;
  const shown = Math.min(rows, limit ?? rows);
  return {
    sql: asked === undefined ? sql : withClause(sql, parts, asked),
    select: (all) => (more ? all.slice(offset, offset + shown) : limit === undefined ? all : all.slice(0, limit)),
    limitReached: (all) => isDefault && (more ? all.length > defaultLimit : all.length === defaultLimit),
    timeoutMs: typedTimeoutMs(parts),
    warnings: warningsOf(parts),
  };
}

interface StatementParts {
  /** The text with everything blanked that is no word of the statement itself: texts, names in quotes, comments. */
  readonly words: string;
  readonly page?: { readonly start: number; readonly end: number; readonly rows: number; readonly offset: number };
  /** It says how many rows in the words of the standard: FETCH FIRST 10 ROWS ONLY. */
  readonly fetches: boolean;
  readonly groups: boolean;
  readonly having: boolean;
  readonly ordered: boolean;
  readonly distinct: boolean;
  readonly explains: boolean;
}

const limitClause = /\blimit\s+(?:(?<first>\d+)\s*,\s*)?(?<rows>\d+)(?:\s+offset\s+(?<offset>\d+))?/giu;

function readStatement(sql: string): StatementParts {
  const words = blank(sql, /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//gu);
  // What stands in brackets belongs to a function, or to a query within this one.
  let outer = words;
  for (let inner = ""; inner !== outer;) {
    inner = outer;
    outer = blank(inner, /\([^()]*\)/gu);
  }
  const has = (pattern: RegExp): boolean => pattern.test(outer);
  const found = [...outer.matchAll(limitClause)].at(-1);
  const { first, rows, offset } = found?.groups ?? {};
  return {
    words,
    ...(found === undefined
      ? {}
      : { page: { start: found.index, end: found.index + found[0].length, rows: Number(rows), offset: Number(first ?? offset ?? 0) } }),
    fetches: has(/\bfetch\s+(?:first|next)\b/iu),
    groups: has(/\bgroup\s+by\b/iu),
    having: has(/\bhaving\b/iu),
    ordered: has(/\border\s+by\b/iu),
    distinct: has(/\bselect\s+distinct\b/iu),
    explains: has(/^\s*explain\b/iu),
  };
}

/** The text with each match replaced by spaces: everything else keeps its place. */
function blank(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (piece) => " ".repeat(piece.length));
}

/** Puts the clause in the place of the statement's own, or at its end, before its options. */
function withClause(sql: string, { page, words }: StatementParts, clause: string): string {
  if (page !== undefined) return sql.slice(0, page.start) + clause + sql.slice(page.end);
  const options = /\boption\s*\([^()]*\)\s*$/iu.exec(words);
  // On a line of its own, since the statement may end in a comment.
  return options === null ? `${sql}\n${clause}` : `${sql.slice(0, options.index)}\n${clause}\n${sql.slice(options.index)}`;
}

function typedTimeoutMs({ words }: StatementParts): number | undefined {
  const typed = /\btimeoutMs\s*=\s*(?<ms>\d+)/u.exec(words)?.groups?.["ms"];
  return typed === undefined ? undefined : Number(typed);
}

function warningsOf({ words, fetches, groups, having, ordered }: StatementParts): readonly AnswerWarning[] {
  const warnings: AnswerWarning[] = [];
  const trims = /\b(?<option>min(?:Segment|Server|Broker)GroupTrimSize)\s*=\s*[1-9]/u.exec(words)?.groups?.["option"];
  if (groups && (ordered || having) && trims !== undefined) {
    warnings.push({
      code: "groups-trimmed",
      message: `Groups may be missing: the statement's ${trims} has Pinot drop some before it is done`,
    });
  }
  if (groups && having && fetches) {
    warnings.push({
      code: "groups-trimmed",
      message: "Groups may be missing: Pinot applies HAVING to 5,000 of them; use LIMIT in place of FETCH",
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
