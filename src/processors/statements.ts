/** SQL files as lists of statements: rendered, without comments, one spacing. Processors post them and hash them. */

import type { Declarations } from "../core/assets.ts";
import { shortHash } from "../core/short-hash.ts";
import { renderTemplate, type TemplateValues } from "../core/template.ts";

export interface Statement {
  /** Path of the file that holds it, for errors. */
  readonly file: string;
  /** Without comments, with single spaces outside quotes, without its semicolon: what is hashed. */
  readonly sql: string;
  /** As it stands in the file, comments within it included. */
  readonly text: string;
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
}

/**
 * Every statement of the `.sql` files of a folder, in the order of the files' names.
 *
 * @throws StreamctlError `usage` when a file names a value that is not given.
 */
export function readStatements(declarations: Declarations, folder: string, values: TemplateValues): readonly Statement[] {
  return declarations
    .paths()
    .filter((path) => path.startsWith(`${folder}/`) && path.endsWith(".sql"))
    .toSorted()
    .flatMap((file) => splitStatements(renderTemplate(declarations.read(file), values, file)).map((statement) => ({ file, ...statement })));
}

/** To the end of its line, or between its marks; what begins with a plus sign is no comment but a hint to Flink. */
const comment = /--[^\n]*|\/\*(?!\+)[\s\S]*?\*\//u.source;

/** A text or a name; a doubled quote stays inside. */
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`/u.source;

/** A comment, a text or name, spacing, or the end of a statement. */
const token = new RegExp(`${comment}|${quoted}|\\s+|;`, "gu");

/** What stands before a statement. */
const leading = new RegExp(`^(?:\\s+|${comment})*`, "u");

/** The statements of a text, split at semicolons. */
export function splitStatements(text: string): readonly Omit<Statement, "file">[] {
  const statements: Omit<Statement, "file">[] = [];
  let begin = 0;
  const take = (end: number): void => {
    const whole = text.slice(begin, end);
    const sql = singleSpaces(whole.replace(token, (piece) => (isQuoted(piece) ? piece : " ")).trim());
    // What stands before the statement itself are comments about it.
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

/** A comment and the spacing around it leave several spaces behind. */
function singleSpaces(statement: string): string {
  return statement.replace(token, (piece) => (piece.trim() === "" ? " " : piece));
}

/** What the statements say, as 16 hexadecimal digits: comments and spacing do not count. */
export function hashStatements(statements: readonly Statement[]): string {
  return shortHash(statements.map((statement) => statement.sql).join(";\n"));
}
