/** What is searched, and how topics are read: the search itself does not depend on Kafka's client. */

import type { Watermarks } from "../../kafka/admin.ts";
import type { ConsumedBatch, PartitionOffset, PartitionRange } from "../../kafka/consumer.ts";

export type Literal = string | number | bigint | boolean | null;

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "exists";

/** A condition on the value of a message, which must be JSON. */
export interface PathCondition {
  /** Names of members and indices of elements. */
  readonly path: readonly (string | number)[];
  readonly operator: Operator;
  /** Null for `exists`. */
  readonly literal: Literal;
}

/** A message must meet all parts. */
export interface MessageFilter {
  /** Each occurs in the key or in the value, as bytes of UTF-8. */
  readonly texts: readonly string[];
  /** The key is exactly this text. */
  readonly keys: readonly string[];
  readonly conditions: readonly PathCondition[];
}

export interface MessageQuery {
  readonly topic: string;
  /** Undefined for all partitions. */
  readonly partition?: number;
  readonly from:
    | { readonly kind: "newest" | "oldest" }
    | { readonly kind: "offset"; readonly offset: number }
    | { readonly kind: "time"; readonly timestampMs: number }
    | { readonly kind: "cursor"; readonly cursor: string };
  readonly filter?: MessageFilter;
  /** Maximum number of messages to return. */
  readonly limit: number;
}

/** One message of a topic. */
export interface MessagePlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface BatchReader {
  nextBatch(request: {
    readonly timeoutMs: number;
    readonly maxMessages?: number;
    readonly maxBytes?: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<ConsumedBatch>;
  close(): Promise<void>;
}

/** Access to the topics of a cluster. Each method throws StreamctlError `kafka`, `unreachable` or `interrupted`; `usage` for an unknown topic. */
export interface MessageSource {
  offsets(topic: string, signal: AbortSignal): Promise<readonly Watermarks[]>;
  /** Per partition the offset of the first message with this timestamp or a later one, or its end. */
  offsetsForTime(topic: string, timestampMs: number, signal: AbortSignal): Promise<readonly PartitionOffset[]>;
  /** @param prefetchBytes approximate limit of what is fetched ahead */
  open(topic: string, ranges: readonly PartitionRange[], prefetchBytes: number): BatchReader;
}
