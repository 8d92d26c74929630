/**
 * Processors read JSON by Jackson, and each in a way of its own: some of what breaks the contract of a transaction counts there, and
 * some of what keeps it does not. They cannot be made equal to the contract, so `verify` counts such a record as invalid and names
 * what is odd about it. The README has the table; it was taken from a running Flink 2.3.0, and from the source of ksqlDB.
 */

import { isObject, type JsonObject } from "../core/json.ts";
import { parseEventTimestamp } from "./event-timestamp.ts";
import { type ContractBreach, readFields, type Transaction, transactionFields } from "./transaction.ts";
import { windowStart } from "./window.ts";

export type JsonReader = "flink" | "ksqldb";

export const readerNames: Readonly<Record<JsonReader, string>> = { flink: "Flink", ksqldb: "ksqlDB" };

/** What a reader takes otherwise than the contract, and which reader does. */
const quirks = {
  "an encoding other than UTF-8": ["flink", "ksqldb"],
  "ill-formed UTF-8": ["flink", "ksqldb"],
  "a control character in a text": ["flink"],
  "text behind the object": ["flink", "ksqldb"],
  "an array in place of the object": ["flink"],
  "a field given twice": ["flink"],
  "a number in a text": ["flink", "ksqldb"],
  "nesting deeper than 1000": ["flink", "ksqldb"],
  "a number of more than 1000 digits": ["flink", "ksqldb"],
  "a field name of more than 50,000 bytes": ["flink", "ksqldb"],
  "a field name in another case": ["ksqldb"],
  "a timestamp without exactly three digits of fraction": ["ksqldb"],
} as const satisfies Readonly<Record<string, readonly JsonReader[]>>;

export type Quirk = keyof typeof quirks;

export interface Ambiguity {
  readonly quirk: Quirk;
  /** Starts of the windows that the record may count in, in milliseconds since the epoch. */
  readonly windows: readonly number[];
}

const contractNames: readonly string[] = Object.values(transactionFields);

const limits = { depth: 1000, digits: 1000, nameBytes: 50_000 } as const;

const emptyRecordLength = JSON.stringify({ event_timestamp: "", transaction_id: 0, user_id: "", total_paid: 0, status: "" }).length - 2;
const timestampLength = "2026-01-01 00:00:00.000".length;
const userIdLength = "00000000-0000-0000-0000-000000000000".length;

/**
 * What is odd about a value for this reader; undefined where it takes the value as the contract does. Pure, never throws.
 *
 * @param read what `parseTransaction` says of it
 */
export function ambiguityOf(value: Uint8Array | string, read: Transaction | ContractBreach, reader: JsonReader): Ambiguity | undefined {
  const keepsContract = typeof read !== "string";
  if (keepsContract && (isShortest(value, read, reader) || (typeof value === "string" && isSimple(value, reader)))) return undefined;
  return lookClosely(value, reader);
}

/**
 * Whether a record that keeps the contract is as short as `data` writes it, so that nothing odd fits into it. Amounts from 1000 on could
 * be written shorter (1e3), which would leave room for another field. So could a timestamp, which is odd by itself for ksqlDB.
 */
function isShortest(value: Uint8Array | string, { transactionId, totalPaid, status }: Transaction, reader: JsonReader): boolean {
  const shortest = emptyRecordLength + timestampLength + decimals(transactionId) + userIdLength + decimals(totalPaid) + status.length;
  return value.length === shortest && totalPaid >= 0 && totalPaid < 1000 && (reader === "flink" || beginsWithMilliseconds(value));
}

const beginning = '{"event_timestamp":"';
const pointAt = beginning.length + "2026-01-01 00:00:00".length;
const quoteAt = beginning.length + timestampLength;

/** Whether a record begins with its timestamp, and that ends in three digits: nothing shorter has its point and its end there. */
function beginsWithMilliseconds(value: Uint8Array | string): boolean {
  if (typeof value === "string") return value.startsWith(beginning) && value[pointAt] === "." && value[quoteAt] === '"';
  if (value[pointAt] !== 0x2e || value[quoteAt] !== 0x22) return false;
  for (let index = 0; index < beginning.length; index++) if (value[index] !== beginning.codePointAt(index)) return false;
  return true;
}

/** The same of a record that is too short for what is long or deep, and has each field of the contract once and no escapes. */
function isSimple(text: string, reader: JsonReader): boolean {
  return reader === "flink" && text.length <= limits.digits && !text.includes("\\") && contractNames.every((name) => isOnce(text, name));
}

function isOnce(text: string, name: string): boolean {
  return text.indexOf(name) === text.lastIndexOf(name);
}

function decimals(value: number): number {
  if (value < 100) return value < 10 ? 1 : 2;
  if (value < 10_000) return value < 1000 ? 3 : 4;
  return value < 100_000 ? 5 : value < 1_000_000 ? 6 : 7;
}

function lookClosely(value: Uint8Array | string, reader: JsonReader): Ambiguity | undefined {
  // Text with zeros at its beginning is ASCII in units of two or four bytes.
  const isText = typeof value === "string" && !value.slice(0, 2).includes("\0");
  const { text, quirk } = isText ? { text: value, quirk: undefined } : decode(typeof value === "string" ? encoder.encode(value) : value);
  const shape = shapeOf(text);
  const document = parse(text.slice(0, shape.end).replaceAll(controlCharacter, " "));
  const objects = (Array.isArray(document) ? document : [document]).filter(isObject).map((object) => lenient(object, reader));
  const found: readonly (Quirk | false | undefined)[] = [
    quirk,
    shape.control && "a control character in a text",
    /[^ \t\r\n]/u.test(text.slice(shape.end)) && "text behind the object",
    Array.isArray(document) && "an array in place of the object",
    shape.doubled && "a field given twice",
    shape.depth > limits.depth && "nesting deeper than 1000",
    shape.digits > limits.digits && "a number of more than 1000 digits",
    shape.nameBytes > limits.nameBytes && "a field name of more than 50,000 bytes",
    ...objects.flatMap((object) => object.quirks),
  ];
  const odd = found.find((name): name is Quirk => Boolean(name) && (quirks[name as Quirk] as readonly JsonReader[]).includes(reader));
  // What nobody counts is merely invalid. Which of two values of a field counts is open.
  if (odd === undefined || !(shape.doubled || objects.some(({ counts }) => counts))) return undefined;
  const times = [...text.matchAll(timestamp)].map(([, time = ""]) => parseEventTimestamp(time));
  return { quirk: odd, windows: times.filter((timeMs) => timeMs !== undefined).map(windowStart) };
}

const encoder = new TextEncoder();
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\u{0}-\u{8}\u{B}\u{C}\u{E}-\u{1F}\t\r\n]/gu;
const timestamp = /"event_timestamp"\s*:\s*"([^"]*)"/giu;

/** As Jackson tells encodings apart: by the mark at the beginning, or by where the zeros of its first character stand. */
function decode(bytes: Uint8Array): { readonly text: string; readonly quirk: Quirk | undefined } {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  const other = "an encoding other than UTF-8";
  if (first === 0 && second === 0) return { text: wide(bytes, 4, 3), quirk: other };
  if (third === 0 && fourth === 0 && (second === 0 || (first === 0xff && second === 0xfe)))
    return { text: wide(bytes, 4, 0), quirk: other };
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return { text: wide(bytes, 2, 1), quirk: other };
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return { text: wide(bytes, 2, 0), quirk: other };
  const text = new TextDecoder().decode(bytes);
  return { text, quirk: isWellFormed(bytes) ? undefined : "ill-formed UTF-8" };
}

/** Of characters of `width` bytes, the lowest of which stands at `low`: every field of the contract is ASCII. */
function wide(bytes: Uint8Array, width: number, low: number): string {
  const letters = new Uint8Array(Math.floor(bytes.length / width)).map((_, index) => bytes[index * width + low] ?? 0);
  return new TextDecoder("latin1").decode(letters).replace(/^(?:\u{FF}|\u{FE})/u, "");
}

function isWellFormed(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

interface Shape {
  /** Behind the first JSON value. */
  readonly end: number;
  readonly control: boolean;
  readonly doubled: boolean;
  readonly depth: number;
  /** Of the longest number. */
  readonly digits: number;
  /** Of the longest name of a field, in UTF-8. */
  readonly nameBytes: number;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]|[\d.eE+-]+/gsu;

/** One pass over the tokens of the first value; text that is no JSON has some shape too. */
function shapeOf(text: string): Shape {
  let [end, control, doubled, depth, deepest, digits, nameBytes] = [text.length, false, false, 0, 0, 0, 0];
  const fieldDepth = text.trimStart().startsWith("[") ? 2 : 1;
  let names = new Set<string>();
  for (const { 0: word, index } of text.matchAll(token)) {
    const behind = index + word.length;
    if (word === "{" || word === "[") {
      depth += 1;
      deepest = Math.max(deepest, depth);
      if (depth === fieldDepth) names = new Set();
    } else if (word === "}" || word === "]") {
      depth -= 1;
      if (depth > 0) continue;
      end = behind;
      break;
    } else if (!word.startsWith('"')) digits = Math.max(digits, word.length <= limits.digits ? 0 : word.replaceAll(/\D/gu, "").length);
    else {
      control ||= word.search(controlCharacter) >= 0;
      if (depth !== fieldDepth && word.length <= limits.nameBytes / 4) continue;
      if (!/^[ \t\r\n]*:/u.test(text.slice(behind, behind + 20))) continue;
      const name = parse(word);
      if (typeof name !== "string") continue;
      if (word.length > limits.nameBytes / 4) nameBytes = Math.max(nameBytes, encoder.encode(name).length);
      if (depth === fieldDepth && contractNames.includes(name)) {
        doubled ||= names.has(name);
        names.add(name);
      }
    }
  }
  return { end, control, doubled, depth: deepest, digits, nameBytes };
}

/** As `Double.parseDouble` of Java, which takes `90d` and `0x1p3` too. */
const javaNumber = /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[\da-f.]+p[+-]?\d+)[fd]?\s*$/iu;

/** An object as a reader that is lenient takes it: whether it counts as a transaction, and what had to be overlooked. */
function lenient(object: JsonObject, reader: JsonReader): { readonly counts: boolean; readonly quirks: readonly Quirk[] } {
  const found: Quirk[] = [];
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const lower = name.toLowerCase();
    const known = contractNames.includes(lower) && reader === "ksqldb" ? lower : name;
    if (known !== name) found.push("a field name in another case");
    fields[known] = value;
  }
  for (const name of [transactionFields.transactionId, transactionFields.totalPaid]) {
    const value = fields[name];
    if (typeof value !== "string" || !javaNumber.test(value)) continue;
    found.push("a number in a text");
    // Its value is Java's matter; that there is one is enough.
    fields[name] = 1;
  }
  const time = fields[transactionFields.eventTimestamp];
  if (typeof time === "string" && !/\.\d{3}$/u.test(time)) found.push("a timestamp without exactly three digits of fraction");
  return { counts: typeof readFields(fields) !== "string", quirks: found };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\u{FEFF}/u, ""));
  } catch {
    return undefined;
  }
}
