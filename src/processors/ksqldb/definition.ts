/**
 * Parses a CREATE STREAM or CREATE TABLE without a query. The same parser reads our files and the statements that the server returns, which
 * have names in upper case, full type names and additional properties.
 */

import { shortHash } from "../../core/short-hash.ts";

export interface Definition {
  /** Such as `TOTAL_PAID DOUBLE`, in order. */
  readonly columns: readonly string[];
  /** Properties of the WITH clause; names in upper case. */
  readonly properties: ReadonlyMap<string, string>;
}

/** Full names of types. https://docs.ksqldb.io/en/latest/reference/sql/data-types/ */
const synonyms: Readonly<Record<string, string>> = { INT: "INTEGER", VARCHAR: "STRING" };

export function parseDefinition(sql: string): Definition {
  const columns = sql.slice(0, withClauseAt(sql));
  const from = columns.indexOf("(");
  return {
    columns: from < 0 ? [] : splitAtCommas(columns.slice(from + 1, columns.lastIndexOf(")"))).map(normalColumn),
    properties: new Map(
      [...sql.slice(withClauseAt(sql)).matchAll(/(?<name>\w+)\s*=\s*(?:'(?<text>(?:[^']|'')*)'|(?<bare>[\w.]+))/gu)].map(({ groups }) => [
        (groups?.["name"] ?? "").toUpperCase(),
        groups?.["text"] ?? groups?.["bare"] ?? "",
      ]),
    ),
  };
}

function withClauseAt(sql: string): number {
  const found = /\bwith\s*\(/iu.exec(sql);
  return found?.index ?? sql.length;
}

/** Splits at commas outside brackets. */
function splitAtCommas(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if ("(<".includes(character)) depth += 1;
    if (")>".includes(character)) depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Normalizes a column: unquoted words in upper case, full type names, single spaces. */
function normalColumn(column: string): string {
  return column
    .replace(/`[^`]*`|\w+/gu, (word) => (word.startsWith("`") ? word : (synonyms[word.toUpperCase()] ?? word.toUpperCase())))
    .replaceAll(/`(?<plain>[A-Z_][A-Z0-9_]*)`/gu, "$<plain>")
    .replaceAll(/\s+/gu, " ");
}

/** How the definition on the server differs from the declared one. */
export type DefinitionDifference =
  | { readonly kind: "same" }
  /** The declared one has additional columns at the end: ksqlDB replaces such a definition while its readers keep running. */
  | { readonly kind: "extended"; readonly cause: string }
  | { readonly kind: "other"; readonly cause: string };

export function compareDefinitions(existing: Definition, wanted: Definition): DefinitionDifference {
  for (const [name, value] of wanted.properties) {
    const has = existing.properties.get(name);
    // The server may change the case of format names.
    const same = has !== undefined && (name.endsWith("FORMAT") ? has.toUpperCase() === value.toUpperCase() : has === value);
    if (!same) return { kind: "other", cause: `its ${name} is ${has ?? "not set"} instead of ${value}` };
  }
  const differs = existing.columns.find((column, index) => column !== wanted.columns[index]);
  if (differs !== undefined) return { kind: "other", cause: `its column ${differs} changed or was removed` };
  const added = wanted.columns.slice(existing.columns.length);
  return added.length === 0 ? { kind: "same" } : { kind: "extended", cause: `columns were added: ${added.join(", ")}` };
}

/** Hash of a definition: 16 hexadecimal digits. Includes only the properties that `like` has. */
export function hashDefinition(definition: Definition, like: Definition): string {
  const properties = [...like.properties.keys()].toSorted().map((name) => {
    const value = definition.properties.get(name) ?? "";
    return [name, name.endsWith("FORMAT") ? value.toUpperCase() : value];
  });
  return shortHash(JSON.stringify([definition.columns, properties]));
}
