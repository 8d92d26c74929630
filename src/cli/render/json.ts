/** JSON output. Also escapes control characters that JSON allows, so that the text can be shown on a terminal. */

import { escapeCharacter } from "./cell.ts";

/** One document on one line. Integers beyond 2^53 (bigint) keep all their digits. */
export function renderJson(document: unknown): string {
  return `${stringify(document)}\n`;
}

/** One object per row, on a line of its own, with the columns' names as members. A name that occurs twice gets a number: `count`, `count_2`. */
export function renderNdjson(names: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const members = distinctNames(names);
  return rows.map((row) => `${stringify(Object.fromEntries(members.map((name, index) => [name, row[index] ?? null])))}\n`).join("");
}

/** `JSON.rawJSON`, which writes digits unchanged. Node 20 does not have it and writes such integers as strings. */
const { rawJSON = (text: string): unknown => text } = JSON as { readonly rawJSON?: (text: string) => unknown };

function stringify(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? rawJSON(part.toString()) : part));
  return text.replaceAll(/[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, escapeCharacter);
}

function distinctNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let candidate = name;
    for (let number = 2; taken.has(candidate); number++) candidate = `${name}_${number}`;
    taken.add(candidate);
    return candidate;
  });
}
