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
  /** First line in the file, from 1. */
  readonly line: number;
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
    .flatMap((file) => splitStatements(renderTemplate(declarations.read(file), values, file)).map((statement) => ({ file, ...statement })));
}

/** A line or block comment. A block that begins with a plus sign is a hint for the optimizer, not a comment. */
const comment = /--[^\n]*|\/\*(?!\+)[\s\S]*?\*\//u.source;

/** A string literal or quoted name; a doubled quote is an escaped quote. */
const quoted = `${sqlParts.text}|${sqlParts.name}|${sqlParts.backquotedName}`;

/** A comment, a string literal or quoted name, white space, or the end of a statement. */
const token = new RegExp(`${comment}|${quoted}|\\s+|;`, "gu");

/** White space and comments before a statement. */
const leading = new RegExp(`^(?:\\s+|${comment})*`, "u");

/** The statements of a text, split at semicolons. */
export function splitStatements(text: string): readonly Omit<Statement, "file">[] {
  const statements: Omit<Statement, "file">[] = [];
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
export function hashStatements(statements: readonly Statement[]): string {
  return shortHash(statements.map((statement) => statement.sql).join(";\n"));
}
