/**
 * A JSON reader that loses nothing: numbers keep all their digits, strings their escapes, objects duplicate keys and the order of keys.
 * JSON.parse rounds integers beyond 2^53 and drops duplicates, which a viewer of messages must not do.
 */

export type JsonNode =
  | { readonly kind: "object"; readonly entries: readonly { readonly key: string; readonly rawKey: string; readonly value: JsonNode }[] }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  /** `raw` includes the quotes and escapes. */
  | { readonly kind: "string"; readonly raw: string; readonly text: string }
  | { readonly kind: "number"; readonly raw: string }
  | { readonly kind: "literal"; readonly raw: "true" | "false" | "null" };

/** Deeper values are not read, because reading and displaying them recurses. */
const maxDepth = 200;

const space = /[ \t\r\n]*/uy;
const stringToken = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y; // oxlint-disable-line no-control-regex, require-unicode-regexp -- must match lone surrogates
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
const literalToken = /true|false|null/uy;

/** The value that a text contains; undefined if it is not exactly one JSON value, or nested too deeply. */
export function readJson(text: string): JsonNode | undefined {
  const reader = new Reader(text);
  const value = reader.value(0);
  return value !== undefined && reader.atEnd() ? value : undefined;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#token(space);
    return this.#at === this.#text.length;
  }

  value(depth: number): JsonNode | undefined {
    if (depth > maxDepth) return undefined;
    this.#token(space);
    if (this.#take("{")) return this.#object(depth);
    if (this.#take("[")) return this.#array(depth);
    const string = this.#token(stringToken);
    if (string !== undefined) return { kind: "string", raw: string, text: JSON.parse(string) as string };
    const number = this.#token(numberToken);
    if (number !== undefined) return { kind: "number", raw: number };
    const literal = this.#token(literalToken);
    return literal === undefined ? undefined : { kind: "literal", raw: literal as "true" | "false" | "null" };
  }

  #object(depth: number): JsonNode | undefined {
    const entries: { key: string; rawKey: string; value: JsonNode }[] = [];
    this.#token(space);
    if (this.#take("}")) return { kind: "object", entries };
    do {
      this.#token(space);
      const rawKey = this.#token(stringToken);
      this.#token(space);
      if (rawKey === undefined || !this.#take(":")) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      entries.push({ key: JSON.parse(rawKey) as string, rawKey, value });
      this.#token(space);
    } while (this.#take(","));
    return this.#take("}") ? { kind: "object", entries } : undefined;
  }

  #array(depth: number): JsonNode | undefined {
    const items: JsonNode[] = [];
    this.#token(space);
    if (this.#take("]")) return { kind: "array", items };
    do {
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      items.push(value);
      this.#token(space);
    } while (this.#take(","));
    return this.#take("]") ? { kind: "array", items } : undefined;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text !== undefined) this.#at += text.length;
    return text;
  }
}

/** JSON text of a value, in one line for an indent of 0. Numbers and strings are written as they were read. */
export function writeJson(node: JsonNode, indent = 0, depth = 0): string {
  if (node.kind !== "object" && node.kind !== "array") return node.raw;
  const [open, close] = node.kind === "object" ? "{}" : "[]";
  const parts =
    node.kind === "object"
      ? node.entries.map(({ rawKey, value }) => `${rawKey}:${indent > 0 ? " " : ""}${writeJson(value, indent, depth + 1)}`)
      : node.items.map((item) => writeJson(item, indent, depth + 1));
  if (parts.length === 0) return `${open}${close}`;
  const gap = indent > 0 ? `\n${" ".repeat(indent * (depth + 1))}` : "";
  const end = indent > 0 ? `\n${" ".repeat(indent * depth)}` : "";
  return `${open}${gap}${parts.join(`,${gap}`)}${end}${close}`;
}
