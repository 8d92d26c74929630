/**
 * The spec document: one window of a pipeline as JSON, for the programs that compute it outside of SQL (`config/program/`). It contains
 * nothing of the machine, so it also identifies the computation.
 */

import { windowBounds } from "./columns.ts";
import type { Contract } from "./contract.ts";
import type { Column, Condition, Stream, Window } from "./pipeline.ts";

export interface SpecDocument {
  readonly source: {
    readonly topic: string;
    /** Name of the field that holds the event time. */
    readonly eventTime: string;
    readonly fields: readonly { readonly name: string; readonly contract: Contract }[];
  };
  readonly window: {
    readonly startColumn: string;
    readonly endColumn: string;
    readonly sizeMs: number;
    /** Equal to `sizeMs` for tumbling windows. */
    readonly everyMs: number;
    readonly by: readonly string[];
    readonly where: readonly Condition[];
    readonly columns: readonly Column[];
  };
  readonly sink: { readonly topic: string };
}

/** @param topics names of the topics, which may differ from those of the pipeline */
export function specDocument(
  { eventTime, fields }: Stream,
  { span, by, where, columns }: Window,
  topics: { readonly source: string; readonly sink: string },
): SpecDocument {
  return {
    source: { topic: topics.source, eventTime, fields: fields.map(({ name, contract }) => ({ name, contract })) },
    window: {
      startColumn: windowBounds.start,
      endColumn: windowBounds.end,
      sizeMs: span.sizeMs,
      everyMs: span.kind === "hopping" ? span.everyMs : span.sizeMs,
      by,
      where,
      columns,
    },
    sink: { topic: topics.sink },
  };
}
