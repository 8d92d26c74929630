/**
 * The normal form of a pipeline, from which topics, generators, statements, tables and `verify` are derived. Defaults are resolved,
 * durations are in milliseconds, and every reference is a name within the same value.
 */

import type { Contract } from "./contract.ts";
import type { EntityGenerator, Generator, Scalar } from "./generator.ts";

export interface Pipeline {
  /** Part of the names of jobs, consumer groups and other objects created on a cluster. */
  readonly name: string;
  /** Seed for entities and pools. Records are drawn from the seed of the run. */
  readonly seed: number;
  readonly entities: readonly Entity[];
  readonly streams: readonly Stream[];
  readonly windows: readonly Window[];
}

/** A finite table that records refer to. */
export interface Entity {
  readonly name: string;
  readonly rows: number;
  readonly fields: readonly EntityField[];
}

export interface EntityField {
  readonly name: string;
  readonly generator: EntityGenerator;
}

export interface Topic {
  readonly name: string;
  readonly partitions: number;
  /** Topic configuration by Kafka's property names. */
  readonly config: Readonly<Record<string, string>>;
}

export interface Stream {
  readonly name: string;
  readonly topic: Topic;
  /** The field whose text is the record key; null for records without a key. */
  readonly key: string | null;
  /** The field that holds the event time. */
  readonly eventTime: string;
  /** In the order in which they are written. */
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  /** Null for a field that exists only in replayed data. */
  readonly generator: Generator | null;
  /** Derived from the generator, unless a declared type allows more. */
  readonly contract: Contract;
}

/** Aggregates over event-time windows aligned to the epoch in UTC. Written to a topic and a table, one row per window and group. */
export interface Window {
  /** Also the name of Pinot's table. */
  readonly name: string;
  readonly topic: Topic;
  /** Name of the stream that it reads. */
  readonly from: string;
  /** A record counts only if it meets all conditions. */
  readonly where: readonly Condition[];
  readonly span: Span;
  /** Fields by which records are grouped within a window. */
  readonly by: readonly string[];
  readonly columns: readonly Column[];
}

export type Span =
  | { readonly kind: "tumbling"; readonly sizeMs: number }
  /** `sizeMs` is a multiple of `everyMs`. */
  | { readonly kind: "hopping"; readonly sizeMs: number; readonly everyMs: number };

export type Condition =
  | { readonly kind: "one_of" | "not_one_of"; readonly field: string; readonly values: readonly Scalar[] }
  /** From `atLeast` (inclusive) to `below` (exclusive); null means unbounded. */
  | { readonly kind: "range"; readonly field: string; readonly atLeast: number | null; readonly below: number | null }
  | { readonly kind: "known" | "missing"; readonly field: string };

export interface Column {
  readonly name: string;
  readonly aggregate: Aggregate;
  /** Conditions for a record to count in this column, in addition to those of the window. */
  readonly where: readonly Condition[];
}

export type Aggregate =
  /** Counts all records, or, given a field, the records in which it is not null. */
  | { readonly kind: "count"; readonly field: string | null }
  | { readonly kind: "sum" | "min" | "max" | "avg"; readonly field: string }
  | { readonly kind: "distinct"; readonly field: string; readonly atMost: number };
