/** What the columns of a window are computed from: one number for each window and register, in columns of numbers instead of objects. */

import { StreamctlError } from "../core/errors.ts";
import { fieldOf } from "../spec/columns.ts";
import type { Column, Stream, Window } from "../spec/pipeline.ts";
import { fieldIndex, recordFilter, type RecordFilter } from "./condition.ts";
import type { StreamRecord } from "./contract-reader.ts";

const initialCapacity = 1024;

/** A sum of integers, or the number of records, by slot. */
export class Register {
  readonly #filter: RecordFilter;
  readonly #amount: (record: StreamRecord) => number;
  #values = new Float64Array(initialCapacity);

  constructor(filter: RecordFilter, amount: (record: StreamRecord) => number) {
    this.#filter = filter;
    this.#amount = amount;
  }

  /** What could not be added because the sum would leave the range in which it is exact; undefined where all went well. */
  add(slot: number, record: StreamRecord): number | undefined {
    if (!this.#filter(record)) return undefined;
    if (slot >= this.#values.length) this.#grow(slot);
    const amount = this.#amount(record);
    const sum = (this.#values[slot] ?? 0) + amount;
    if (!Number.isSafeInteger(sum)) return amount;
    this.#values[slot] = sum;
    return undefined;
  }

  at(slot: number): number {
    return this.#values[slot] ?? 0;
  }

  #grow(slot: number): void {
    const wider = new Float64Array(Math.max(this.#values.length * 2, slot + 1));
    wider.set(this.#values);
    this.#values = wider;
  }
}

export interface CompiledColumns {
  readonly registers: readonly Register[];
  /** Values of the window's columns, in their order, from the registers at a slot. */
  readonly valuesAt: (slot: number) => readonly number[];
}

/** @throws StreamctlError `not-available` for an aggregate that this version does not compute */
export function compileColumns({ columns }: Window, stream: Stream): CompiledColumns {
  const registers = new Map<string, Register>();
  /** Columns that need the same register share it. */
  const register = (kind: string, field: string | null, { where }: Column, amount: (record: StreamRecord) => number): Register => {
    const key = JSON.stringify([kind, field, where]);
    const found = registers.get(key) ?? new Register(recordFilter(where, stream), amount);
    registers.set(key, found);
    return found;
  };
  const sumOf = (field: string, column: Column): Register => {
    const at = fieldIndex(stream, field);
    return register("sum", field, column, (record) => Number(record[at]));
  };
  const countOf = (field: string | null, column: Column): Register => {
    if (field === null || !fieldOf(stream, field).contract.optional) return register("count", null, column, () => 1);
    const at = fieldIndex(stream, field);
    return register("count", field, column, (record) => (record[at] === null ? 0 : 1));
  };
  const values = columns.map((column): ((slot: number) => number) => {
    const { aggregate } = column;
    switch (aggregate.kind) {
      case "count": {
        const count = countOf(aggregate.field, column);
        return (slot) => count.at(slot);
      }
      case "sum": {
        const sum = sumOf(aggregate.field, column);
        const scale = scaleOf(aggregate.field, stream);
        return (slot) => sum.at(slot) / scale;
      }
      case "avg": {
        if (column.where.length > 0 || fieldOf(stream, aggregate.field).contract.optional)
          throw notComputed(column, "of values that may be missing");
        const [sum, count] = [sumOf(aggregate.field, column), countOf(aggregate.field, column)];
        const scale = scaleOf(aggregate.field, stream);
        return (slot) => sum.at(slot) / (count.at(slot) * scale);
      }
      case "min":
      case "max":
      case "distinct":
        throw notComputed(column, "");
    }
  });
  return { registers: [...registers.values()], valuesAt: (slot) => values.map((value) => value(slot)) };
}

/** By what a field's integers are to be divided. */
function scaleOf(name: string, stream: Stream): number {
  const { contract } = fieldOf(stream, name);
  return contract.type === "decimal" ? 10 ** contract.places : 1;
}

function notComputed({ name, aggregate }: Column, what: string): StreamctlError {
  return new StreamctlError("not-available", `Cannot compute column "${name}": ${aggregate.kind} ${what}`.trimEnd());
}
