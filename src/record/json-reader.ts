/**
 * Processors read JSON each in a way of its own: some of what breaks the contract of a record counts there, and some of what keeps it
 * does not. What is known of a processor's reader is a value of this type. The README has the table.
 */

export interface JsonReader {
  /** The processor, as the command line names it. */
  readonly processor: string;
  /** As texts name it. */
  readonly title: string;
  /** What it takes otherwise than the contract. */
  readonly quirks: readonly Quirk[];
  /** It fails beyond these, also in fields that are not in the contract. */
  readonly limits: ReaderLimits;
}

export interface ReaderLimits {
  readonly depth: number;
  /** Of one number. */
  readonly digits: number;
  /** Of the name of a field, in UTF-8. */
  readonly nameBytes: number;
}

export type Quirk =
  | "an encoding other than UTF-8"
  | "ill-formed UTF-8"
  | "a control character in a text"
  | "text behind the object"
  | "an array in place of the object"
  | "a field given twice"
  | "a number in a text"
  | "a field name in another case"
  | "a timestamp without exactly three digits of fraction";

const number = new Intl.NumberFormat("en-US", { useGrouping: "min2" });

/** How a record that is beyond a limit is described. */
export const limitTexts: Readonly<Record<keyof ReaderLimits, (limit: number) => string>> = {
  depth: (limit) => `nesting deeper than ${number.format(limit)}`,
  digits: (limit) => `a number of more than ${number.format(limit)} digits`,
  nameBytes: (limit) => `a field name of more than ${number.format(limit)} bytes`,
};
