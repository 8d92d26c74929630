/**
 * Finds records that a processor may read otherwise than by the contract. Processors cannot be made equal to the contract, so `verify`
 * counts such a record as invalid and names what is odd about it.
 */

import { isObject, type JsonObject, parseJson } from "../core/json.ts";
import { fieldOf } from "../spec/columns.ts";
import type { Field, Stream } from "../spec/pipeline.ts";
import type { ContractBreach, ContractReader, StreamRecord } from "./contract-reader.ts";
import { type FieldReader, fieldReader, isBreach } from "./field-reader.ts";
import { type JsonReader, limitTexts, type Quirk, type ReaderLimits } from "./json-reader.ts";
import { controlCharacter, decode, type Shape, shapeOf } from "./json-text.ts";

export interface Ambiguity {
  /** What is odd about the record. */
  readonly quirk: string;
  /** Event times at which it may count, in milliseconds since the epoch. */
  readonly eventTimesMs: readonly number[];
}

/** Records of one stream, as one processor reads them. */
export class AmbiguityFinder {
  readonly #reader: JsonReader;
  readonly #contract: ContractReader;
  readonly #names: readonly string[];
  /** The names as they are searched for in a text: in lower case where the reader ignores case. */
  readonly #searched: readonly string[];
  /** Fields that hold numbers, with one that the contract accepts. */
  readonly #numbers: readonly (readonly [name: string, accepted: number])[];
  /** Fields that hold times as text. */
  readonly #timeTexts: readonly string[];
  readonly #eventTime: FieldReader;
  /** An event time in JSON, wherever it stands. */
  readonly #eventTimeText: RegExp;
  /** What a simple record must match: its times as every reader takes them. */
  readonly #plainTimes: readonly RegExp[];
  readonly #ignoresCase: boolean;

  /** @param contract of the same stream */
  constructor(stream: Stream, contract: ContractReader, reader: JsonReader) {
    this.#reader = reader;
    this.#contract = contract;
    this.#names = stream.fields.map(({ name }) => name);
    this.#numbers = stream.fields.flatMap((field) => acceptedNumber(field));
    this.#timeTexts = stream.fields
      .filter(({ contract: accepted }) => accepted.type === "time" && !accepted.as.startsWith("epoch"))
      .map(({ name }) => name);
    this.#eventTime = fieldReader(fieldOf(stream, stream.eventTime));
    this.#eventTimeText = new RegExp(String.raw`"${stream.eventTime}"\s*:\s*("[^"]*"|-?\d+)`, "giu");
    this.#ignoresCase = this.#has("a field name in another case");
    this.#searched = this.#names.map((name) => (this.#ignoresCase ? name.toLowerCase() : name));
    this.#plainTimes = this.#has("a timestamp without exactly three digits of fraction")
      ? this.#timeTexts.map((name) => new RegExp(String.raw`"${name}"\s*:\s*"[^"]*\.\d{3}Z?"`, "u"))
      : [];
  }

  /**
   * What is odd about a value for this reader; undefined where it takes the value as the contract does. Pure, never throws.
   *
   * @param read what the contract says of it
   */
  find(value: Uint8Array | string, read: StreamRecord | ContractBreach): Ambiguity | undefined {
    if (typeof read !== "string" && typeof value === "string" && this.#isSimple(value)) return undefined;
    const { text, quirk } = decode(value);
    const { limits } = this.#reader;
    const shape = shapeOf(text, this.#names, limits);
    // A byte order mark at the beginning is read over.
    const document = parseJson(
      text
        .slice(0, shape.end)
        .replace(/^\u{FEFF}/u, "")
        .replaceAll(controlCharacter, " "),
    );
    const objects = (Array.isArray(document) ? document : [document]).filter(isObject).map((object) => this.#lenient(object));
    const ofText: readonly (Quirk | false | undefined)[] = [
      quirk,
      shape.control && "a control character in a text",
      /[^ \t\r\n]/u.test(text.slice(shape.end)) && "text behind the object",
      Array.isArray(document) && "an array in place of the object",
      shape.doubled && "a field given twice",
    ];
    const isTaken = (name: Quirk | false | undefined): name is Quirk => typeof name === "string" && this.#has(name);
    const odd = ofText.find(isTaken) ?? beyondLimit(shape, limits) ?? objects.flatMap((object) => object.quirks).find(isTaken);
    // What nobody counts is merely invalid. Which of two values of a field counts is open.
    if (odd === undefined || !(shape.doubled || objects.some(({ counts }) => counts))) return undefined;
    return { quirk: odd, eventTimesMs: this.#eventTimes(text) };
  }

  #has(quirk: Quirk): boolean {
    return this.#reader.quirks.includes(quirk);
  }

  /**
   * Whether a record that keeps the contract is too short for what is long or deep, and has each field of the contract once, no escapes
   * and no odd times: then nothing is odd about it, and it need not be looked at more closely, which takes ten times as long.
   */
  #isSimple(text: string): boolean {
    const { depth, digits, nameBytes } = this.#reader.limits;
    if (text.length > Math.min(depth, digits, nameBytes) || text.includes("\\")) return false;
    const searched = this.#ignoresCase ? text.toLowerCase() : text;
    return (
      this.#searched.every((name) => searched.indexOf(name) === searched.lastIndexOf(name)) &&
      this.#plainTimes.every((time) => time.test(text))
    );
  }

  #eventTimes(text: string): readonly number[] {
    const times = [...text.matchAll(this.#eventTimeText)].map(([, json = ""]) => this.#eventTime.fromJson(parseJson(json)));
    return times.filter((time): time is number => !isBreach(time) && time !== null);
  }

  /** An object as a lenient reader takes it: whether it counts as a record, and what had to be overlooked. */
  #lenient(object: JsonObject): { readonly counts: boolean; readonly quirks: readonly Quirk[] } {
    const found: Quirk[] = [];
    const fields: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(object)) {
      const known = this.#has("a field name in another case") ? this.#nameInAnyCase(name) : name;
      if (known !== name) found.push("a field name in another case");
      fields[known] = value;
    }
    for (const [name, accepted] of this.#numbers) {
      const value = fields[name];
      if (typeof value !== "string" || !javaNumber.test(value)) continue;
      found.push("a number in a text");
      // Its value is Java's matter; that there is one is enough.
      fields[name] = accepted;
    }
    const isOdd = (time: unknown): boolean => typeof time === "string" && !/\.\d{3}Z?$/u.test(time);
    if (this.#timeTexts.some((name) => isOdd(fields[name]))) found.push("a timestamp without exactly three digits of fraction");
    return { counts: typeof this.#contract.readFields(fields) !== "string", quirks: found };
  }

  #nameInAnyCase(name: string): string {
    return this.#names.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
  }
}

/** As `Double.parseDouble` of Java, which takes `90d` and `0x1p3` too. */
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
