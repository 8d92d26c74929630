/** The columns of a window's rows. The topic and the Pinot table use the same names. */

import type { Column, Field, Stream, Window } from "./pipeline.ts";

/** Start (inclusive) and end (exclusive) of a window, in milliseconds since the epoch; the Pinot table also has both as text. */
export const windowBounds = { start: "WINDOW_START", end: "WINDOW_END", startText: "START", endText: "END" } as const;

export type PinotType = "LONG" | "DOUBLE" | "STRING" | "BOOLEAN";

export interface TypedColumn {
  readonly name: string;
  readonly type: PinotType;
}

/** The columns of Pinot's primary key. */
export function keyColumns({ by }: Window): readonly string[] {
  return [windowBounds.start, windowBounds.end, ...by];
}

/** All columns of a row as the processor writes it, key columns first. @param stream the stream that the window reads */
export function rowColumns(window: Window, stream: Stream): readonly TypedColumn[] {
  return [
    { name: windowBounds.start, type: "LONG" },
    { name: windowBounds.end, type: "LONG" },
    ...window.by.map((name) => ({ name, type: typeOfField(fieldOf(stream, name)) })),
    ...window.columns.map((column) => ({ name: column.name, type: typeOfColumn(column, stream) })),
  ];
}

/** Counts, and sums and extremes of integers, are LONG. Averages, and sums and extremes of decimals, are DOUBLE. */
function typeOfColumn({ aggregate }: Column, stream: Stream): PinotType {
  if (aggregate.kind === "count" || aggregate.kind === "distinct") return "LONG";
  return aggregate.kind === "avg" || fieldOf(stream, aggregate.field).contract.type === "decimal" ? "DOUBLE" : "LONG";
}

function typeOfField({ contract }: Field): PinotType {
  if (contract.type === "bool") return "BOOLEAN";
  if (contract.type === "int") return "LONG";
  return contract.type === "decimal" ? "DOUBLE" : "STRING";
}

/** @throws RangeError for an unknown field, which a pipeline in its normal form never contains */
export function fieldOf(stream: Stream, name: string): Field {
  const field = stream.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new RangeError(`Stream "${stream.name}" has no field "${name}"`);
  return field;
}
