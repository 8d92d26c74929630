/** The subject of `verify`: a window, its stream, and the JSON reader of the processor that computes it. */

import type { JsonReader } from "../record/json-reader.ts";
import type { Stream, Window } from "../spec/pipeline.ts";

export interface VerifySubject {
  readonly stream: Stream;
  /** A window that reads the stream. */
  readonly window: Window;
  /** The reader of the processor: records that it may read differently from the contract count as invalid. */
  readonly reader: JsonReader;
}

/** Names for the records of the stream in messages. */
export interface RecordNames {
  /** Adjective for records that count in the window: the values of its filter. */
  readonly counted: string;
  /** Adjective for the other records. */
  readonly others: string;
  /** Singular for a counted record. */
  readonly one: string;
  /** Plural for counted records. */
  readonly many: string;
}

export function recordNames({ stream, window }: VerifySubject): RecordNames {
  const { counted, others } = filterNames(stream, window);
  const plural = stream.name.endsWith("s") ? stream.name : `${stream.name} records`;
  return { counted, others, one: `${counted} ${plural.slice(0, -1)}`, many: `${counted} ${plural}` };
}

function filterNames(stream: Stream, { where }: Window): Pick<RecordNames, "counted" | "others"> {
  const [only] = where;
  if (where.length === 1 && only?.kind === "one_of") {
    const contract = stream.fields.find(({ name }) => name === only.field)?.contract;
    if (contract?.type === "one_of") {
      const rest = contract.values.filter((value) => !only.values.includes(value));
      return { counted: only.values.join(" or "), others: rest.join(" or ") };
    }
  }
  return { counted: "counted", others: "not counted" };
}
