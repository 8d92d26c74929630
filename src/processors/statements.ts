/** Reads SQL files as lists of rendered statements, which processors submit and hash. */

import type { Declarations } from "../core/assets.ts";
import { shortHash } from "../core/short-hash.ts";
import { sqlParts } from "../core/sql-text.ts";
import { renderTemplate, type TemplateValues } from "../core/template.ts";

export interface Statement {
  /** Path of its file, for errors. */
  readonly file: string;
  /** Without comments and semicolon, and with single spaces outside quotes. Used for hashing. */
  readonly sql: string;
  /** The original text, including comments. */
  readonly text: string;
  /** The line in the file, from 1, of each line of `text`: a template value may have several lines. */
  readonly lines: readonly number[];
}

/**
 * Reads all statements of the `.sql` files in a folder, ordered by file name.
 *
 * @throws StreamctlError `usage` for a file that uses an unknown template value
 */
export function readStatements(declarations: Declarations, folder: string, values: TemplateValues): readonly Statement[] {
  return declarations
    .paths()
    .filter((path) => path.startsWith(`${folder}/`) && path.endsWith(".sql"))
    .toSorted()
    .flatMap((file) => renderStatements(declarations.read(file), values, file));
}

function renderStatements(template: string, values: TemplateValues, file: string): readonly Statement[] {
  const oneLine = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value).replaceAll(/\s+/gu, " ")]));
  const withComments = template.replaceAll(token, (piece) =>
    // Only the first line of a value would be part of the comment.
    piece.startsWith("--") ? renderTemplate(piece, oneLine, file) : piece,
  );
  const rendered = withComments.split("\n").map((line) => renderTemplate(line, values, file));
  const lines = rendered.flatMap((text, index) => text.split("\n").map(() => index + 1));
  return splitStatements(rendered.join("\n")).map(({ sql, text, line }) => ({
    file,
    sql,
    text,
    lines: lines.slice(line - 1, line - 1 + text.split("\n").length),
  }));
}

/**
 * Where a line of a statement's text stands in its file, such as `folder/03.sql:6`.
 *
 * @param line from 1; a line behind the text counts as its last one
 */
export function positionOf({ file, lines }: Statement, line = 1): string {
  return `${file}:${lines[line - 1] ?? lines.at(-1)}`;
}

/** A line or block comment. A block that begins with a plus sign is a hint for the optimizer, not a comment. */
const comment = /--[^\n]*|\/\*(?!\+)[\s\S]*?\*\//u.source;

/** A string literal or quoted name; a doubled quote is an escaped quote. */
const quoted = `${sqlParts.text}|${sqlParts.name}|${sqlParts.backquotedName}`;

/** A comment, a string literal or quoted name, white space, or the end of a statement. */
const token = new RegExp(`${comment}|${quoted}|\\s+|;`, "gu");

/** White space and comments before a statement. */
const leading = new RegExp(`^(?:\\s+|${comment})*`, "u");

interface StatementText extends Pick<Statement, "sql" | "text"> {
  /** First line in the whole text, from 1. */
  readonly line: number;
}

/** The statements of a text, split at semicolons. */
export function splitStatements(text: string): readonly StatementText[] {
  const statements: StatementText[] = [];
  let begin = 0;
  const take = (end: number): void => {
    const whole = text.slice(begin, end);
    const sql = singleSpaces(whole.replace(token, (piece) => (isQuoted(piece) ? piece : " ")).trim());
    // Skip comments before the statement, so that the line number is that of its first word.
    const lead = leading.exec(whole)?.[0].length ?? 0;
    const line = text.slice(0, begin + lead).split("\n").length;
    if (sql !== "") statements.push({ sql, text: whole.slice(lead).trimEnd(), line });
    begin = end + 1;
  };
  for (const match of text.matchAll(token)) if (match[0] === ";") take(match.index);
  take(text.length);
  return statements;
}

function isQuoted(piece: string): boolean {
  return piece.startsWith("'") || piece.startsWith('"') || piece.startsWith("`");
}

/** Removed comments leave several spaces in a row. */
function singleSpaces(statement: string): string {
  return statement.replace(token, (piece) => (piece.trim() === "" ? " " : piece));
}

/** Hash of the statements: 16 hexadecimal digits. Ignores comments and white space. */
export function hashStatements(statements: readonly Pick<Statement, "sql">[]): string {
  return shortHash(statements.map((statement) => statement.sql).join(";\n"));
}
