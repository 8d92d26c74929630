/**
 * Finds the messages of a batch that meet a filter. Texts and keys are compared as bytes over the whole batch, so that a message without a
 * match costs nothing; only the rest is parsed as JSON.
 */

import { exactInteger, isObject, parseJson } from "../../core/json.ts";
import { type ConsumedBatch, messageFlags } from "../../kafka/consumer.ts";
import type { Literal, MessageFilter, PathCondition } from "./types.ts";

type Bytes = Pick<ConsumedBatch, "count" | "bytes" | "offsets" | "flags">;

const utf8 = new TextDecoder();
const backslash = Buffer.from("\\");

/** Indices of the matching messages in a batch, ascending; the matcher keeps no batch. */
export type Matcher = (batch: Bytes) => readonly number[];

/** @param filter undefined matches every message */
export function matcherOf(filter: MessageFilter | undefined): Matcher {
  if (filter === undefined) return ({ count }) => Array.from({ length: count }, (_, index) => index);
  const { conditions } = filter;
  const texts = filter.texts.filter((text) => text !== "").map((text) => Buffer.from(text));
  const keys = filter.keys.map((key) => Buffer.from(key));
  // Two keys exclude each other.
  const [key, ...otherKeys] = keys;
  const isImpossible = otherKeys.some((other) => key?.equals(other) === false);
  const needles = conditions.flatMap(needleOf);
  return (batch) => {
    const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength);
    let found: readonly number[] | undefined;
    for (const text of texts) found = within(messagesWith(text, bytes, batch), found);
    if (isImpossible) return [];
    if (key !== undefined) found = within(messagesOfKey(key, bytes, batch), found);
    if (needles.length > 0) {
      // A JSON text may contain any character as an escape, so the bytes decide only where there is none.
      const escaped = messagesWith(backslash, bytes, batch);
      for (const needle of needles) found = within(union(messagesWith(needle, bytes, batch), escaped), found);
    }
    const candidates = found ?? all(batch.count);
    return conditions.length === 0 ? candidates : candidates.filter((index) => meets(valueAt(bytes, batch, index), conditions));
  };
}

/**
 * Bytes that occur in each value that meets a condition, unless they are escaped. Bytes that are not UTF-8 are decoded to U+FFFD, so no
 * bytes stand for that character.
 */
function needleOf({ operator, literal }: PathCondition): readonly Buffer[] {
  const isExact = operator === "=" || operator === "contains";
  return isExact && typeof literal === "string" && literal !== "" && !/["\\\p{Cc}\p{Cs}\ufffd]/u.test(literal)
    ? [Buffer.from(literal)]
    : [];
}

/** The messages whose key or value contains the needle. */
function messagesWith(needle: Buffer, bytes: Buffer, { count, offsets }: Bytes): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(needle); at !== -1;) {
    const place = placeOf(at, offsets, count);
    // Otherwise it crosses from a key into its value, or into the next message.
    const isInside = at + needle.length <= (offsets[place + 1] ?? 0);
    if (isInside) found.push(place >> 1);
    at = bytes.indexOf(needle, isInside ? (offsets[2 * (place >> 1) + 2] ?? bytes.length) : at + 1);
  }
  return found;
}

/** The messages with this key. An empty one is not the key of a message without a key. */
function messagesOfKey(key: Buffer, bytes: Buffer, { count, offsets, flags }: Bytes): readonly number[] {
  if (key.length === 0) {
    return all(count).filter(
      (index) => offsets[2 * index] === offsets[2 * index + 1] && ((flags[index] ?? 0) & messageFlags.nullKey) === 0,
    );
  }
  const found: number[] = [];
  for (let at = bytes.indexOf(key); at !== -1;) {
    const place = placeOf(at, offsets, count);
    const index = place >> 1;
    const isKey = offsets[2 * index] === at && offsets[2 * index + 1] === at + key.length;
    if (isKey) found.push(index);
    // The next key can begin only where the next message does.
    at = bytes.indexOf(key, offsets[2 * index + 2] ?? bytes.length);
  }
  return found;
}

/** Of ascending indices those that are among `allowed`; all of them if it is undefined. */
function within(indices: readonly number[], allowed: readonly number[] | undefined): readonly number[] {
  if (allowed === undefined) return indices;
  const known = new Set(allowed);
  return indices.filter((index) => known.has(index));
}

/** Two lists of ascending indices as one. */
function union(some: readonly number[], others: readonly number[]): readonly number[] {
  if (others.length === 0) return some;
  return [...new Set([...some, ...others])].toSorted((one, other) => one - other);
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
