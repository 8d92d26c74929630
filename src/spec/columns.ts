/** Columns of a window's rows: in its topic, and under the same names in Pinot's table. */

import type { Column, Field, Stream, Window } from "./pipeline.ts";

/** First and last moment of a window, the latter exclusive, in milliseconds since the epoch; in Pinot's table also as text. */
export const windowBounds = { start: "WINDOW_START", end: "WINDOW_END", startText: "START", endText: "END" } as const;

export type PinotType = "LONG" | "DOUBLE" | "STRING" | "BOOLEAN";

export interface TypedColumn {
  readonly name: string;
  readonly type: PinotType;
}

/** Names that identify a row: Pinot's primary key. */
export function keyColumns({ by }: Window): readonly string[] {
  return [windowBounds.start, windowBounds.end, ...by];
}

/** All columns of a row as the processor writes it, key first. @param stream the one that the window reads */
export function rowColumns(window: Window, stream: Stream): readonly TypedColumn[] {
  return [
    { name: windowBounds.start, type: "LONG" },
    { name: windowBounds.end, type: "LONG" },
    ...window.by.map((name) => ({ name, type: typeOfField(fieldOf(stream, name)) })),
    ...window.columns.map((column) => ({ name: column.name, type: typeOfColumn(column, stream) })),
  ];
}

/** Counts and everything of integers are whole numbers; averages and everything of decimals are not. */
function typeOfColumn({ aggregate }: Column, stream: Stream): PinotType {
  if (aggregate.kind === "count" || aggregate.kind === "distinct") return "LONG";
  return aggregate.kind === "avg" || fieldOf(stream, aggregate.field).contract.type === "decimal" ? "DOUBLE" : "LONG";
}

function typeOfField({ contract }: Field): PinotType {
  if (contract.type === "bool") return "BOOLEAN";
  if (contract.type === "int") return "LONG";
  return contract.type === "decimal" ? "DOUBLE" : "STRING";
}

/** @throws RangeError for a name that the stream does not have, which a pipeline in its normal form never holds */
export function fieldOf(stream: Stream, name: string): Field {
  const field = stream.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new RangeError(`Stream "${stream.name}" has no field "${name}"`);
  return field;
}
