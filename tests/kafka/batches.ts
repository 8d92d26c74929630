/** Batches for tests, packed by slow and simple code. */

import type { MessageBatch } from "../../src/kafka/batch.ts";

export interface TestMessage {
  readonly key: string;
  readonly value: string;
  readonly weight?: number;
}

export function packMessages(messages: readonly TestMessage[]): MessageBatch {
  const encoder = new TextEncoder();
  const parts = messages.flatMap(({ key, value }) => [encoder.encode(key), encoder.encode(value)]);
  const offsets = new Uint32Array(parts.length + 1);
  for (const [index, part] of parts.entries()) offsets[index + 1] = (offsets[index] ?? 0) + part.length;
  return {
    count: messages.length,
    bytes: Buffer.concat(parts),
    offsets,
    weights: Uint32Array.from(messages, ({ weight = 0 }) => weight),
  };
}

/** `count` messages: key `key-i`, a value of `valueBytes` bytes, weight i modulo 3. */
export function numberedMessages(count: number, valueBytes = 32): TestMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `key-${index}`,
    value: String(index).padStart(valueBytes, "."),
    weight: index % 3,
  }));
}
