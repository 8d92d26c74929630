/**
 * A pipeline as a value: everything that streamctl makes, computes, shows and proves follows from it. This is its normal form:
 * defaults are resolved, durations are milliseconds, and every reference is a name within the same value.
 */

import type { Contract } from "./contract.ts";
import type { EntityGenerator, Generator, Scalar } from "./generator.ts";

export interface Pipeline {
  /** In the names of jobs, consumer groups and of what is created on a cluster. */
  readonly name: string;
  /** Of entities and pools; the seed of a run draws records only. */
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
  /** Topic configuration, in Kafka's names. */
  readonly config: Readonly<Record<string, string>>;
}

export interface Stream {
  readonly name: string;
  readonly topic: Topic;
  /** The field whose text is the key of a record; null for records without a key. */
  readonly key: string | null;
  /** The field that holds the time of the event. */
  readonly eventTime: string;
  /** In the order in which they are written. */
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  /** Null for a field that is only replayed. */
  readonly generator: Generator | null;
  /** A declared type beside a generator widens it. */
  readonly contract: Contract;
}

/** Aggregates over windows of event time, aligned to the epoch in UTC: a topic and a table, with one row for each window and group. */
export interface Window {
  /** Also the name of Pinot's table. */
  readonly name: string;
  readonly topic: Topic;
  /** Name of the stream that it reads. */
  readonly from: string;
  /** All must hold for a record to count. */
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
  /** From `atLeast` to less than `below`, each null where there is no such bound. */
  | { readonly kind: "range"; readonly field: string; readonly atLeast: number | null; readonly below: number | null }
  | { readonly kind: "known" | "missing"; readonly field: string };

export interface Column {
  readonly name: string;
  readonly aggregate: Aggregate;
  /** All must hold for a record to enter this column, besides the conditions of the window. */
  readonly where: readonly Condition[];
}

export type Aggregate =
  /** Records, or with a field those in which it is known. */
  | { readonly kind: "count"; readonly field: string | null }
  | { readonly kind: "sum" | "min" | "max" | "avg"; readonly field: string }
  | { readonly kind: "distinct"; readonly field: string; readonly atMost: number };
