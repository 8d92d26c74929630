/**
 * Finds records that a processor may read differently from the contract. The JSON readers of the processors cannot be configured to
 * follow the contract in every case, so `verify` counts such a record as invalid and names the quirk.
 */

import { isObject, type JsonObject, parseJson } from "../core/json.ts";
import { fieldOf } from "../spec/columns.ts";
import type { Field, Stream } from "../spec/pipeline.ts";
import type { ContractBreach, ContractReader, StreamRecord } from "./contract-reader.ts";
import { type FieldReader, fieldReader, isBreach } from "./field-reader.ts";
import { type JsonReader, limitTexts, type Quirk, type ReaderLimits } from "./json-reader.ts";
import { controlCharacter, decode, type Shape, shapeOf } from "./json-text.ts";

export interface Ambiguity {
  readonly quirk: string;
  /** Event times under which the processor may count the record, in milliseconds since the epoch. */
  readonly eventTimesMs: readonly number[];
}

/** Finds ambiguous records of one stream for one processor. */
export class AmbiguityFinder {
  readonly #reader: JsonReader;
  readonly #contract: ContractReader;
  readonly #names: readonly string[];
  /** The field names to search for in a text: in lower case if the reader ignores case. */
  readonly #searched: readonly string[];
  /** Numeric fields, each with a number that the contract accepts. */
  readonly #numbers: readonly (readonly [name: string, accepted: number])[];
  readonly #eventTime: FieldReader;
  /** Matches the event time field anywhere in the JSON text. */
  readonly #eventTimeText: RegExp;
  readonly #ignoresCase: boolean;

  /** @param contract the contract reader of the same stream */
  constructor(stream: Stream, contract: ContractReader, reader: JsonReader) {
    this.#reader = reader;
    this.#contract = contract;
    this.#names = stream.fields.map(({ name }) => name);
    this.#numbers = stream.fields.flatMap((field) => acceptedNumber(field));
    this.#eventTime = fieldReader(fieldOf(stream, stream.eventTime));
    this.#eventTimeText = new RegExp(String.raw`"${stream.eventTime}"\s*:\s*("[^"]*"|-?\d+)`, "giu");
    this.#ignoresCase = this.#has("a field name in different case");
    this.#searched = this.#names.map((name) => (this.#ignoresCase ? name.toLowerCase() : name));
  }

  /**
   * Returns the ambiguity of a value; undefined if the processor reads the value as the contract does. Pure, never throws.
   *
   * @param read the result of the contract reader for the same value
   */
  find(value: Uint8Array | string, read: StreamRecord | ContractBreach): Ambiguity | undefined {
    if (typeof read !== "string" && typeof value === "string" && this.#isSimple(value)) return undefined;
    const { text, quirk: encodingQuirk } = decode(value);
    const { limits } = this.#reader;
    const shape = shapeOf(text, this.#names, limits);
    // Skip a byte order mark at the beginning.
    const document = parseJson(
      text
        .slice(0, shape.end)
        .replace(/^\u{FEFF}/u, "")
        .replaceAll(controlCharacter, " "),
    );
    const objects = (Array.isArray(document) ? document : [document]).filter(isObject).map((object) => this.#lenient(object));
    const textQuirks: readonly (Quirk | false | undefined)[] = [
      encodingQuirk,
      shape.control && "a control character in a string",
      /[^ \t\r\n]/u.test(text.slice(shape.end)) && "text after the object",
      Array.isArray(document) && "an array instead of the object",
      shape.duplicated && "a duplicate field",
    ];
    const appliesHere = (name: Quirk | false | undefined): name is Quirk => typeof name === "string" && this.#has(name);
    const quirk =
      textQuirks.find(appliesHere) ?? beyondLimit(shape, limits) ?? objects.flatMap((object) => object.quirks).find(appliesHere);
    // A record that the processor drops too is invalid, but not ambiguous. With a duplicate field, either value may count.
    if (quirk === undefined || !(shape.duplicated || objects.some(({ counts }) => counts))) return undefined;
    return { quirk, eventTimesMs: this.#eventTimes(text) };
  }

  #has(quirk: Quirk): boolean {
    return this.#reader.quirks.includes(quirk);
  }

  /**
   * Fast path for valid records: whether the record is too short to exceed a limit, contains each field name of the contract once, and
   * has no escapes. Such a record has no quirk. The full check takes ten times as long.
   */
  #isSimple(text: string): boolean {
    const { depth, digits, nameBytes } = this.#reader.limits;
    if (text.length > Math.min(depth, digits, nameBytes) || text.includes("\\")) return false;
    const searched = this.#ignoresCase ? text.toLowerCase() : text;
    return this.#searched.every((name) => searched.indexOf(name) === searched.lastIndexOf(name));
  }

  #eventTimes(text: string): readonly number[] {
    const times = [...text.matchAll(this.#eventTimeText)].map(([, json = ""]) => this.#eventTime.fromJson(parseJson(json)));
    return times.filter((time): time is number => !isBreach(time) && time !== null);
  }

  /** Reads an object leniently: whether it counts as a record, and the quirks that were ignored to count it. */
  #lenient(object: JsonObject): { readonly counts: boolean; readonly quirks: readonly Quirk[] } {
    const found: Quirk[] = [];
    // Inherits nothing, so that `__proto__` is a field like any other.
    const fields = Object.create(null) as Record<string, unknown>;
    for (const [name, value] of Object.entries(object)) {
      const known = this.#has("a field name in different case") ? this.#nameInAnyCase(name) : name;
      if (known !== name) found.push("a field name in different case");
      fields[known] = value;
    }
    for (const [name, accepted] of this.#numbers) {
      const value = fields[name];
      if (typeof value !== "string" || !javaNumber.test(value)) continue;
      found.push("a number in a string");
      // The exact value does not matter: only whether the record counts.
      fields[name] = accepted;
    }
    return { counts: typeof this.#contract.readFields(fields) !== "string", quirks: found };
  }

  #nameInAnyCase(name: string): string {
    return this.#names.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
  }
}

/** Matches the text that Java's `Double.parseDouble` accepts, including `90d` and `0x1p3`. */
const javaNumber = /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[\da-f.]+p[+-]?\d+)[fd]?\s*$/iu;

function acceptedNumber({ name, contract }: Field): readonly (readonly [string, number])[] {
  if (contract.type === "int") return [[name, contract.min]];
  if (contract.type === "decimal") return [[name, contract.min / 10 ** contract.places]];
  return contract.type === "time" && contract.as.startsWith("epoch") ? [[name, 0]] : [];
}

function beyondLimit(shape: Shape, limits: ReaderLimits): string | undefined {
  const names = ["depth", "digits", "nameBytes"] as const;
  const beyond = names.find((name) => shape[name] > limits[name]);
  return beyond === undefined ? undefined : limitTexts[beyond](limits[beyond]);
}
