/**
 * Reads the records of a stream by the stream's contract. The statements of the processors filter by the same contract; where their
 * JSON readers differ from it, json-ambiguity.ts knows.
 */

import { isObject, type JsonObject } from "../core/json.ts";
import type { Stream } from "../spec/pipeline.ts";
import { type FieldReader, fieldReader, type FieldValue, isBreach } from "./field-reader.ts";

/** A record that keeps the contract: its values in the order of the stream's fields. */
export type StreamRecord = readonly FieldValue[];

/** Why a value is no such record: `tombstone`, `not-json`, `not-an-object` or a field with its reason, such as `status is unknown`. */
export type ContractBreach = string;

const utf8 = new TextDecoder("utf-8", { fatal: true });

export class ContractReader {
  readonly #fields: readonly (FieldReader & { readonly name: string })[];
  readonly #written: RegExp;

  constructor({ fields }: Stream) {
    this.#fields = fields.map((field) => ({ name: field.name, ...fieldReader(field) }));
    const members = this.#fields.map(({ name, written }) => `${JSON.stringify(name)}:${written}`);
    this.#written = new RegExp(String.raw`^\{${members.join(",")}\}$`, "u");
  }

  /**
   * Reads a record's value; null is a tombstone. Pure, never throws. Answers the first breach that it finds, looking at the fields in
   * the order in which they are written. Fields beyond the contract are ignored.
   */
  read(value: Uint8Array | string | null): StreamRecord | ContractBreach {
    if (value === null) return "tombstone";
    let json: unknown;
    try {
      json = JSON.parse(typeof value === "string" ? value : utf8.decode(value));
    } catch {
      return "not-json";
    }
    return isObject(json) ? this.readFields(json) : "not-an-object";
  }

  /** As `read`, from the object of a value. */
  readFields(json: JsonObject): StreamRecord | ContractBreach {
    const values: FieldValue[] = [];
    for (const { name, fromJson } of this.#fields) {
      const read = fromJson(json[name]);
      if (isBreach(read)) return `${name} is ${read.what}`;
      values.push(read);
    }
    return values;
  }

  /**
   * As `read`, several times as fast, for a value that keeps the contract and is written as `data` writes it: each field once, in their
   * order, without spaces or escapes, numbers as short as can be, times with milliseconds. Every reader of JSON takes such a value
   * alike. Undefined for any other value, whether it keeps the contract or not.
   */
  readWritten(text: string): StreamRecord | undefined {
    const found = this.#written.exec(text);
    if (found === null) return undefined;
    const values: FieldValue[] = [];
    let group = 1;
    for (const { fromWritten } of this.#fields) {
      const read = fromWritten(found[group++] ?? "");
      if (read === undefined) return undefined;
      values.push(read);
    }
    return values;
  }
}
