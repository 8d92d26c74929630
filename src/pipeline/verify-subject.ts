/** What `verify` proves: that a window equals what its stream holds, for the processor that computes it. */

import type { JsonReader } from "../record/json-reader.ts";
import type { Stream, Window } from "../spec/pipeline.ts";

export interface VerifySubject {
  readonly stream: Stream;
  /** One that reads the stream. */
  readonly window: Window;
  /** The processor's: records that it may read otherwise than the contract count as invalid. */
  readonly reader: JsonReader;
}

/** How texts call the records of the stream. */
export interface RecordNames {
  /** Records that count in the window, as an adjective: the values that it filters by. */
  readonly counted: string;
  /** Records that do not. */
  readonly others: string;
  /** One record that counts. */
  readonly one: string;
  /** Several of them. */
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
