/** Reads the value of one field according to its contract, either from parsed JSON or from the text that `data` writes. */

import type { Contract } from "../spec/contract.ts";
import type { Field } from "../spec/pipeline.ts";
import { eventTimeRange, parseEventTimestamp } from "./event-timestamp.ts";

/** Times are milliseconds since the epoch, decimals are scaled integers; null means null or missing. */
export type FieldValue = string | number | boolean | null;

/** Why a value is not accepted, such as `out of range`. An object, so that it cannot be confused with a value. */
export interface FieldBreach {
  readonly what: string;
}

export interface FieldReader {
  /** @param value as returned by `JSON.parse`; undefined for a missing field */
  readonly fromJson: (value: unknown) => FieldValue | FieldBreach;
  /** Pattern for the JSON that `data` writes, with one capture group for the text that `fromWritten` reads. */
  readonly written: string;
  /** @param text matched by the capture group @returns undefined if the value is not accepted */
  readonly fromWritten: (text: string) => FieldValue | undefined;
}

const outOfRange: FieldBreach = { what: "out of range" };
const malformed: FieldBreach = { what: "malformed" };
const unknown: FieldBreach = { what: "unknown" };
const missing: FieldBreach = { what: "missing" };
const isNull: FieldBreach = { what: "null" };
const wrongType: FieldBreach = { what: "of the wrong type" };

export function isBreach(read: FieldValue | FieldBreach): read is FieldBreach {
  return typeof read === "object" && read !== null;
}

export function fieldReader({ contract }: Field): FieldReader {
  const reader = readerOf(contract);
  if (!contract.optional) return reader;
  return { ...reader, fromJson: (value) => (value === undefined || value === null ? null : reader.fromJson(value)) };
}

const hex = "[0-9a-fA-F]";
const uuid = `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`;
const wholeUuid = new RegExp(`^${uuid}$`, "u");
const writtenInteger = String.raw`(0|-?[1-9]\d{0,15})`;
/** Text without characters that JSON escapes. */
const writtenText = String.raw`"([^"\\\u{0}-\u{1F}]*)"`;

function readerOf(contract: Contract): FieldReader {
  switch (contract.type) {
    case "int":
      return integerReader((value) => (value >= contract.min && value <= contract.max ? value : outOfRange));
    case "decimal":
      return decimalReader(contract);
    case "bool":
      return {
        fromJson: (value) => (typeof value === "boolean" ? value : typeBreach(value)),
        written: "(true|false)",
        fromWritten: (text) => text === "true",
      };
    case "uuid":
      return {
        fromJson: (value) => (typeof value !== "string" ? typeBreach(value) : wholeUuid.test(value) ? value : malformed),
        written: `"(${uuid})"`,
        fromWritten: (text) => text,
      };
    case "one_of":
      return oneOfReader(contract.values);
    case "text":
      return textReader((text) => (isLonger(text, contract.maxCodePoints) ? outOfRange : text));
    case "pattern": {
      const pattern = new RegExp(`^${patternSource(contract.pattern)}$`, "u");
      return textReader((text) => (pattern.test(text) ? text : malformed));
    }
    case "time":
      return timeReader(contract.as);
  }
}

function typeBreach(value: unknown): FieldBreach {
  if (value === undefined) return missing;
  return value === null ? isNull : wrongType;
}

function accepted(read: FieldValue | FieldBreach): FieldValue | undefined {
  return isBreach(read) ? undefined : read;
}

function integerReader(accept: (value: number) => number | FieldBreach): FieldReader {
  return {
    fromJson: (value) => (typeof value !== "number" ? typeBreach(value) : Number.isInteger(value) ? accept(value) : outOfRange),
    written: writtenInteger,
    fromWritten: (text) => accepted(accept(Number(text))),
  };
}

function decimalReader({ min, max, places }: Extract<Contract, { type: "decimal" }>): FieldReader {
  const scale = 10 ** places;
  const accept = (value: number): number | FieldBreach => {
    const scaled = Math.round(value * scale);
    return scaled / scale === value && scaled >= min && scaled <= max ? scaled : outOfRange;
  };
  return {
    fromJson: (value) => (typeof value === "number" ? accept(value) : typeBreach(value)),
    written: String.raw`(-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?)`,
    fromWritten: (text) => accepted(accept(Number(text))),
  };
}

function oneOfReader(values: readonly string[]): FieldReader {
  const set = new Set(values);
  const plain = values.filter((value) => JSON.stringify(value) === `"${value}"`);
  return {
    fromJson: (value) => (typeof value !== "string" ? typeBreach(value) : set.has(value) ? value : unknown),
    written: plain.length === 0 ? "((?!))" : `"(${plain.map(escapeRegExp).join("|")})"`,
    fromWritten: (text) => text,
  };
}

function textReader(accept: (text: string) => string | FieldBreach): FieldReader {
  return {
    fromJson: (value) => (typeof value === "string" ? accept(value) : typeBreach(value)),
    written: writtenText,
    fromWritten: (text) => accepted(accept(text)),
  };
}

function isLonger(text: string, maxCodePoints: number): boolean {
  return text.length > maxCodePoints && text.length - (text.match(/[\u{10000}-\u{10FFFF}]/gu)?.length ?? 0) > maxCodePoints;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}

function patternSource(pattern: string): string {
  return [...pattern.matchAll(/\\(?<literal>.)|(?<other>.)/gsu)]
    .map(({ groups }) => {
      if (groups?.["other"] === "#") return String.raw`\d`;
      if (groups?.["other"] === "?") return "[A-Z]";
      return escapeRegExp(groups?.["literal"] ?? groups?.["other"] ?? "");
    })
    .join("");
}

function timeReader(as: Extract<Contract, { type: "time" }>["as"]): FieldReader {
  switch (as) {
    case "epoch_ms":
      return integerReader(timeWithinRange);
    case "epoch_s":
      return integerReader((seconds) => timeWithinRange(seconds * 1000));
    case "sql":
      return timeTextReader(parseEventTimestamp, " ", "");
    case "iso":
      return timeTextReader(parseIsoTime, "T", "Z");
  }
}

function timeWithinRange(timeMs: number): number | FieldBreach {
  return timeMs >= eventTimeRange.firstMs && timeMs <= eventTimeRange.lastMs ? timeMs : outOfRange;
}

function parseIsoTime(text: string): number | undefined {
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) || new Date(timeMs).toISOString() !== text ? undefined : timeMs;
}

/** Caches midnight of the last day: records mostly arrive in time order, so the next one is usually on the same day. */
function timeTextReader(parse: (text: string) => number | undefined, separator: string, end: string): FieldReader {
  let day = "no day";
  let midnightMs: number | undefined;
  return {
    fromJson: (value) => {
      if (typeof value !== "string") return typeBreach(value);
      const timeMs = parse(value);
      return timeMs === undefined ? malformed : timeWithinRange(timeMs);
    },
    written: String.raw`"(\d{4}-\d\d-\d\d${separator}(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}${end})"`,
    fromWritten: (text) => {
      if (!text.startsWith(day)) {
        day = text.slice(0, 10);
        midnightMs = parse(`${day}${separator}00:00:00.000${end}`);
      }
      if (midnightMs === undefined) return undefined;
      const seconds = (twoDigits(text, 11) * 60 + twoDigits(text, 14)) * 60 + twoDigits(text, 17);
      return accepted(timeWithinRange(midnightMs + seconds * 1000 + twoDigits(text, 20) * 10 + text.charCodeAt(22) - 48));
    },
  };
}

function twoDigits(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
}
