/** SQL files as lists of statements: rendered, without comments, one spacing. Processors post them and hash them. */

import { createHash } from "node:crypto";
import { renderTemplate, type TemplateValues } from "../core/template.ts";

export interface Statement {
  /** Path of the file that holds it, for errors. */
  readonly file: string;
  readonly sql: string;
}

/** Where declarations are read from: those embedded in the executable, or a folder of the user's. */
export interface Declarations {
  /** Paths such as `flink/01-transactions.sql`. */
  paths(): readonly string[];
  read(path: string): string;
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
    .flatMap((file) => splitStatements(renderTemplate(declarations.read(file), values, file)).map((sql) => ({ file, sql })));
}

/** A comment to the end of its line, a quoted text or name (a doubled quote stays inside), spacing, or the end of a statement. */
const token = /--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\s+|;/gu;

/** The statements of a text, split at semicolons, without comments, with single spaces outside quotes. */
export function splitStatements(text: string): readonly string[] {
  const separator = "\u0000";
  const plain = text.replace(token, (piece) => {
    if (piece === ";") return separator;
    return piece.startsWith("--") || piece.trim() === "" ? " " : piece;
  });
  return plain
    .split(separator)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "")
    .map(singleSpaces);
}

/** A comment and the spacing around it leave several spaces behind. */
function singleSpaces(statement: string): string {
  return statement.replace(token, (piece) => (piece.trim() === "" ? " " : piece));
}

/** What the statements say, as 16 hexadecimal digits: comments and spacing do not count. */
export function hashStatements(statements: readonly Statement[]): string {
  return createHash("sha256")
    .update(statements.map((statement) => statement.sql).join(";\n"))
    .digest("hex")
    .slice(0, 16);
}
