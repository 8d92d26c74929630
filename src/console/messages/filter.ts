/**
 * Parses the filter that the user types: parts joined by `and`.
 *
 *     text "some words"            occurs in the key or the value; "some words" alone too
 *     key "abc"                    is the key
 *     user.name contains "x"       a path in the JSON value, an operator (= != < <= > >= contains) and a JSON scalar or a word
 *     items[0]["a b"] exists
 *
 * A filter without quotes and operators is a text to search for.
 */

import { StreamctlError } from "../../core/errors.ts";
import type { Literal, MessageFilter, Operator, PathCondition } from "./types.ts";

interface Token {
  readonly kind: "word" | "string" | "operator" | "bracket";
  /** The content of a string. */
  readonly text: string;
  /** Position in the filter, from 0. */
  readonly at: number;
  readonly end: number;
}

const tokenForms = [
  ["space", /\s+/uy],
  ["string", /"(?:[^"\\]|\\.)*"/uy],
  ["operator", /!=|<=|>=|=|<|>/uy],
  ["bracket", /\[(?:\d+|"(?:[^"\\]|\\.)*")\]/uy],
  ["word", /[^\s"=<>![\]]+/uy],
] as const;

const wordOperators: ReadonlySet<string> = new Set(["contains", "exists"]);

/** @throws StreamctlError `usage`, with the position of the mistake */
export function parseFilter(text: string): MessageFilter {
  const tokens = isExpression(text.trim()) ? tokensOf(text) : undefined;
  if (tokens === undefined) return { texts: [text.trim()], keys: [], conditions: [] };
  const [texts, keys, conditions]: [string[], string[], PathCondition[]] = [[], [], []];
  for (const part of partsOf(tokens, text)) {
    const [first, second] = part;
    if (first?.kind === "word" && (first.text === "text" || first.text === "key") && second?.kind === "string") {
      if (part.length > 2) throw mistake(text, part[2]?.at, `expected "and"`);
      (first.text === "text" ? texts : keys).push(second.text);
    } else if (first?.kind === "string" && second === undefined) texts.push(first.text);
    else conditions.push(conditionOf(part, text));
  }
  return { texts, keys, conditions };
}

/** Whether a filter is more than a text to search for. */
function isExpression(text: string): boolean {
  return /["=<>]|\s(?:contains|exists)(?:\s|$)/u.test(text);
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const found = tokenForms.flatMap(([kind, form]) => {
      form.lastIndex = at;
      const [match] = form.exec(text) ?? [];
      return match === undefined ? [] : [{ kind, match }];
    })[0];
    if (found === undefined) throw mistake(text, at, text[at] === '"' ? "the text has no closing quote" : `"${text[at]}" is not expected`);
    const { kind, match } = found;
    const end = at + match.length;
    if (kind === "string") tokens.push({ kind, text: unquoted(match, text, at), at, end });
    else if (kind === "word" && wordOperators.has(match)) tokens.push({ kind: "operator", text: match, at, end });
    else if (kind !== "space") tokens.push({ kind, text: match, at, end });
    at = end;
  }
  return tokens;
}

function unquoted(quoted: string, text: string, at: number): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw mistake(text, at, "the text has an escape that JSON does not have");
  }
}

function partsOf(tokens: readonly Token[], text: string): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === "word" && token.text === "and") parts.push([]);
    else parts.at(-1)?.push(token);
  }
  if (parts.some((part) => part.length === 0)) throw mistake(text, text.length, `a condition is missing beside "and"`);
  return parts;
}

function conditionOf(part: readonly Token[], text: string): PathCondition {
  const operatorAt = part.findIndex(({ kind }) => kind === "operator");
  const operator = part[operatorAt];
  if (operator === undefined) throw mistake(text, part.at(-1)?.at, "expected an operator such as =");
  const path = pathOf(part.slice(0, operatorAt), text, operator.at);
  const [value, surplus] = part.slice(operatorAt + 1);
  if (operator.text === "exists") {
    if (value !== undefined) throw mistake(text, value.at, `expected "and"`);
    return { path, operator: "exists", literal: null };
  }
  if (value === undefined) throw mistake(text, text.length, `expected a value after ${operator.text}`);
  const literal = literalOf(value, text);
  if (surplus !== undefined) throw mistake(text, surplus.at, `expected "and"`);
  return { path, operator: operator.text as Operator, literal };
}

function pathOf(tokens: readonly Token[], text: string, end: number): readonly (string | number)[] {
  const path: (string | number)[] = [];
  for (const [index, { kind, text: part, at }] of tokens.entries()) {
    if (index > 0 && tokens[index - 1]?.end !== at) throw mistake(text, at, "expected an operator such as =");
    if (kind === "bracket") {
      const inner = part.slice(1, -1);
      path.push(inner.startsWith('"') ? unquoted(inner, text, at) : Number(inner));
    } else if (kind === "word") {
      // $ is the whole value. After an index, a name begins with a dot.
      const names = index === 0 && (part === "$" || part.startsWith("$.")) ? part.slice(1) : index === 0 ? `.${part}` : part;
      const [before, ...wanted] = names.split(".");
      if (before !== "" || wanted.includes("")) throw mistake(text, at, `"${part}" is not a path`);
      path.push(...wanted);
    } else throw mistake(text, at, "expected a path such as user.name");
  }
  if (tokens.length === 0) throw mistake(text, end, "expected a path such as user.name");
  return path;
}

function literalOf({ kind, text: word, at }: Token, text: string): Literal {
  if (kind === "string") return word;
  if (kind !== "word") throw mistake(text, at, "expected a value");
  if (word === "true" || word === "false") return word === "true";
  if (word === "null") return null;
  if (/^-?(?:0|[1-9]\d*)$/u.test(word)) return Number.isSafeInteger(Number(word)) ? Number(word) : BigInt(word);
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/iu.test(word) ? Number(word) : word;
}

function mistake(text: string, at: number | undefined, what: string): StreamctlError {
  const place = Math.min(at ?? text.length, text.length) + 1;
  return new StreamctlError("usage", `Cannot read the filter at character ${place}: ${what}`, {
    hint: 'Examples: text "some words"; key "abc"; user.name contains "x" and items[0].price >= 90',
    facts: { column: place },
  });
}
