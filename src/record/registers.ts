/** Accumulators for the columns of a window. Typed arrays hold one number per window and register, to save memory. */

import { StreamctlError } from "../core/errors.ts";
import { fieldOf } from "../spec/columns.ts";
import type { Column, Stream, Window } from "../spec/pipeline.ts";
import { fieldIndex, recordFilter, type RecordFilter } from "./condition.ts";
import type { StreamRecord } from "./contract-reader.ts";

const initialCapacity = 1024;

/** How a record's integer updates the accumulated value, and the initial value. */
interface Combination {
  readonly initial: number;
  readonly combine: (kept: number, amount: number) => number;
}

const combinations = {
  sum: { initial: 0, combine: (kept, amount) => kept + amount },
  min: { initial: Number.MAX_SAFE_INTEGER, combine: Math.min },
  max: { initial: Number.MIN_SAFE_INTEGER, combine: Math.max },
} as const satisfies Record<string, Combination>;

/** One integer per slot, such as a sum or a count. */
export class Register {
  readonly #filter: RecordFilter;
  readonly #amount: (record: StreamRecord) => number;
  readonly #combination: Combination;
  #values: Float64Array;

  constructor(filter: RecordFilter, amount: (record: StreamRecord) => number, combination: Combination) {
    this.#filter = filter;
    this.#amount = amount;
    this.#combination = combination;
    this.#values = new Float64Array(initialCapacity).fill(combination.initial);
  }

  /** Returns the amount that could not be added because the result would exceed the exact integers; undefined on success. */
  add(slot: number, record: StreamRecord): number | undefined {
    if (!this.#filter(record)) return undefined;
    if (slot >= this.#values.length) this.#grow(slot);
    const amount = this.#amount(record);
    const { initial, combine } = this.#combination;
    const result = combine(this.#values[slot] ?? initial, amount);
    if (!Number.isSafeInteger(result)) return amount;
    this.#values[slot] = result;
    return undefined;
  }

  at(slot: number): number {
    return this.#values[slot] ?? this.#combination.initial;
  }

  #grow(slot: number): void {
    const wider = new Float64Array(Math.max(this.#values.length * 2, slot + 1)).fill(this.#combination.initial);
    wider.set(this.#values);
    this.#values = wider;
  }
}

export interface CompiledColumns {
  readonly registers: readonly Register[];
  /** The values of the window's columns for a slot, in the order of the columns. */
  readonly valuesAt: (slot: number) => readonly number[];
}

/** @throws StreamctlError `not-available` for an aggregate that this version does not compute */
export function compileColumns({ columns }: Window, stream: Stream): CompiledColumns {
  const registers = new Map<string, Register>();
  /** Returns an existing register for the same aggregate, field and conditions, or creates one. */
  const register = (
    kind: keyof typeof combinations | "count",
    field: string | null,
    { where }: Column,
    amount: (record: StreamRecord) => number,
  ): Register => {
    const key = JSON.stringify([kind, field, where]);
    const combination = combinations[kind === "count" ? "sum" : kind];
    const found = registers.get(key) ?? new Register(recordFilter(where, stream), amount, combination);
    registers.set(key, found);
    return found;
  };
  const valueOf = (kind: keyof typeof combinations, field: string, column: Column): Register => {
    const at = fieldIndex(stream, field);
    return register(kind, field, column, (record) => Number(record[at]));
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
      case "sum":
      case "min":
      case "max": {
        if (aggregate.kind !== "sum") requireValues(column, stream);
        const value = valueOf(aggregate.kind, aggregate.field, column);
        const scale = scaleOf(aggregate.field, stream);
        return (slot) => value.at(slot) / scale;
      }
      case "avg": {
        requireValues(column, stream);
        const [sum, count] = [valueOf("sum", aggregate.field, column), countOf(aggregate.field, column)];
        const scale = scaleOf(aggregate.field, stream);
        return (slot) => sum.at(slot) / (count.at(slot) * scale);
      }
      case "distinct":
        throw notSupported(column, "");
    }
  });
  return { registers: [...registers.values()], valuesAt: (slot) => values.map((value) => value(slot)) };
}

/** Rejects an aggregate over possibly no values: its result would be null, which `verify` cannot compare yet. */
function requireValues(column: Column, stream: Stream): void {
  const { aggregate, where } = column;
  const isOptional = aggregate.field !== null && fieldOf(stream, aggregate.field).contract.optional;
  if (where.length > 0 || isOptional) throw notSupported(column, "of values that may be missing");
}

/** The divisor that turns a field's scaled integers into its values. */
function scaleOf(name: string, stream: Stream): number {
  const { contract } = fieldOf(stream, name);
  return contract.type === "decimal" ? 10 ** contract.places : 1;
}

function notSupported({ name, aggregate }: Column, what: string): StreamctlError {
  return new StreamctlError("not-available", `Cannot compute column "${name}": ${aggregate.kind} ${what}`.trimEnd());
}
