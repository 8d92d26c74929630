/** Messages as the page shows them. */

import type { MessageRow } from "../api.ts";
import { type ConsumedBatch, headersOf, messageFlags } from "../../kafka/consumer.ts";

/** A longer value, in bytes, is cut; the page requests it whole when it is opened. */
export const shownBytes = 16 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param mostBytes of the value; default {@link shownBytes} */
export function rowAt(batch: ConsumedBatch, index: number, mostBytes = shownBytes): MessageRow {
  const { bytes, offsets, partitions, recordOffsets, timestampsMs, flags } = batch;
  const [from = 0, middle = 0, end = 0] = offsets.subarray(2 * index, 2 * index + 3);
  const flag = flags[index] ?? 0;
  const isCut = end - middle > mostBytes;
  const key = (flag & messageFlags.nullKey) === 0 ? textOf(bytes.subarray(from, middle)) : undefined;
  const value = (flag & messageFlags.nullValue) === 0 ? textOf(bytes.subarray(middle, isCut ? middle + mostBytes : end), isCut) : undefined;
  const headers = headersOf(batch, index).map(
    ([name, header]) => [textOf(name).text, header === null ? null : textOf(header).text] as const,
  );
  return {
    partition: partitions[index] ?? 0,
    offset: recordOffsets[index] ?? 0,
    timestampMs: timestampsMs[index] ?? -1,
    key: key?.text ?? null,
    ...(key?.isBase64 ? { keyEncoding: "base64" } : {}),
    value: value?.text ?? null,
    ...(value?.isBase64 ? { valueEncoding: "base64" } : {}),
    keyBytes: middle - from,
    valueBytes: end - middle,
    ...(isCut ? { truncated: true } : {}),
    ...(headers.length > 0 ? { headers } : {}),
  };
}

/** The text of UTF-8, or base64 of any other bytes. @param isCut the last character may be incomplete */
function textOf(bytes: Uint8Array, isCut = false): { readonly text: string; readonly isBase64: boolean } {
  for (let missing = 0; missing <= (isCut ? 3 : 0); missing += 1) {
    try {
      return { text: utf8.decode(bytes.subarray(0, bytes.length - missing)), isBase64: false };
    } catch {
      continue;
    }
  }
  return { text: Buffer.from(bytes).toString("base64"), isBase64: true };
}
