/**
 * How a processor's JSON reader deviates from the contract: it may accept invalid records and reject valid ones. The README lists the
 * differences.
 */

export interface JsonReader {
  /** The processor's name on the command line. */
  readonly processor: string;
  /** The processor's name in messages. */
  readonly title: string;
  /** What the reader treats differently from the contract. */
  readonly quirks: readonly Quirk[];
  /** The reader fails on a record that exceeds a limit, even in fields that the contract does not name. */
  readonly limits: ReaderLimits;
}

export interface ReaderLimits {
  readonly depth: number;
  /** Digits of one number. */
  readonly digits: number;
  /** Bytes of a field name in UTF-8. */
  readonly nameBytes: number;
}

export type Quirk =
  | "an encoding other than UTF-8"
  | "ill-formed UTF-8"
  | "a control character in a string"
  | "text after the object"
  | "an array instead of the object"
  | "a duplicate field"
  | "a number in a string"
  | "a field name in different case";

const number = new Intl.NumberFormat("en-US", { useGrouping: "min2" });

/** Descriptions of records that exceed a limit. */
export const limitTexts: Readonly<Record<keyof ReaderLimits, (limit: number) => string>> = {
  depth: (limit) => `nesting deeper than ${number.format(limit)}`,
  digits: (limit) => `a number of more than ${number.format(limit)} digits`,
  nameBytes: (limit) => `a field name of more than ${number.format(limit)} bytes`,
};
