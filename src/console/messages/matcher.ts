/**
 * Finds the messages of a batch that meet a filter. Texts and keys are compared as bytes over the whole batch, so that a message without a
 * match costs nothing; only the rest is parsed as JSON.
 */

import { exactInteger, isObject, parseJson } from "../../core/json.ts";
import type { ConsumedBatch } from "../../kafka/consumer.ts";
import type { Literal, MessageFilter, PathCondition } from "./types.ts";

type Bytes = Pick<ConsumedBatch, "count" | "bytes" | "offsets">;

const utf8 = new TextDecoder();
const backslash = 0x5c;

/** Indices of the matching messages in a batch, ascending; the matcher keeps no batch. */
export type Matcher = (batch: Bytes) => readonly number[];

/** @param filter undefined matches every message */
export function matcherOf(filter: MessageFilter | undefined): Matcher {
  if (filter === undefined) return ({ count }) => Array.from({ length: count }, (_, index) => index);
  const { conditions } = filter;
  const texts = filter.texts.filter((text) => text !== "").map((text) => Buffer.from(text));
  const keys = filter.keys.map((key) => Buffer.from(key));
  const needles = conditions.flatMap(needleOf);
  return (batch) => {
    const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength);
    let found: readonly number[] | undefined;
    for (const text of texts) found = messagesWith(text, bytes, batch, found);
    for (const key of keys) found = (found ?? all(batch.count)).filter((index) => keyAt(bytes, batch, index).equals(key));
    // A JSON text may contain any character as an escape, so the bytes decide only where there is none.
    if (needles.length > 0 && !bytes.includes(backslash)) for (const needle of needles) found = messagesWith(needle, bytes, batch, found);
    const candidates = found ?? all(batch.count);
    return conditions.length === 0 ? candidates : candidates.filter((index) => meets(valueAt(bytes, batch, index), conditions));
  };
}

/** Bytes that occur in each value that meets a condition, unless they are escaped. */
function needleOf({ operator, literal }: PathCondition): readonly Buffer[] {
  const isExact = operator === "=" || operator === "contains";
  return isExact && typeof literal === "string" && literal !== "" && !/["\\\p{Cc}]/u.test(literal) ? [Buffer.from(literal)] : [];
}

/** The messages, among `within`, whose key or value contains the needle. */
function messagesWith(needle: Buffer, bytes: Buffer, { count, offsets }: Bytes, within: readonly number[] | undefined): readonly number[] {
  const found: number[] = [];
  const allowed = within === undefined ? undefined : new Set(within);
  for (let at = bytes.indexOf(needle); at !== -1;) {
    const place = placeOf(at, offsets, count);
    const end = offsets[place + 1] ?? 0;
    const index = place >> 1;
    if (at + needle.length > end) {
      // It crosses from a key into its value, or into the next message.
      at = bytes.indexOf(needle, at + 1);
      continue;
    }
    if (found.at(-1) !== index && allowed?.has(index) !== false) found.push(index);
    at = bytes.indexOf(needle, Math.max(offsets[2 * index + 2] ?? 0, at + 1));
  }
  return found;
}

/** Index of the last offset that is not after a position: twice the index of the message, plus 1 in its value. */
function placeOf(position: number, offsets: Uint32Array, count: number): number {
  let [low, high] = [0, 2 * count];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] ?? 0) <= position) low = middle;
    else high = middle;
  }
  return low;
}

function keyAt(bytes: Buffer, { offsets }: Bytes, index: number): Buffer {
  return bytes.subarray(offsets[2 * index], offsets[2 * index + 1]);
}

function valueAt(bytes: Buffer, { offsets }: Bytes, index: number): Buffer {
  return bytes.subarray(offsets[2 * index + 1], offsets[2 * index + 2]);
}

/** Whether a JSON text meets all conditions; false for any other text. */
function meets(value: Buffer, conditions: readonly PathCondition[]): boolean {
  const text = utf8.decode(value);
  const json = parseJson(text, /\d{16}/u.test(text) ? exactInteger : undefined);
  return json !== undefined && conditions.every((condition) => meetsOne(json, condition));
}

function meetsOne(json: unknown, { path, operator, literal }: PathCondition): boolean {
  let here: unknown = json;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isObject(here) && Object.hasOwn(here, String(step))) here = here[String(step)];
    else return operator === "!=";
  }
  switch (operator) {
    case "exists":
      return here !== undefined;
    case "=":
      return isSame(here, literal);
    case "!=":
      return !isSame(here, literal);
    case "contains":
      return typeof here === "string" ? here.includes(String(literal)) : Array.isArray(here) && here.some((one) => isSame(one, literal));
    default:
      return isOrdered(here, operator, literal);
  }
}

function isSame(value: unknown, literal: Literal): boolean {
  // Loose equality compares bigints with numbers exactly.
  if (isNumeric(value) && isNumeric(literal)) return value == literal; // eslint-disable-line eqeqeq
  return value === literal;
}

function isOrdered(value: unknown, operator: "<" | "<=" | ">" | ">=", literal: Literal): boolean {
  const isComparable = (isNumeric(value) && isNumeric(literal)) || (typeof value === "string" && typeof literal === "string");
  if (!isComparable) return false;
  const [one, other] = [value as number, literal as number];
  switch (operator) {
    case "<":
      return one < other;
    case "<=":
      return one <= other;
    case ">":
      return one > other;
    case ">=":
      return one >= other;
  }
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function all(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
