/** How far a realtime table has read its topic. https://docs.pinot.apache.org/basics/data-import/pinot-stream-ingestion */

import { exchange } from "../../core/http.ts";
import { arrayAt, at, isObject } from "../../core/json.ts";
import { remainingMs, type StepDeadline } from "../../core/step-deadline.ts";

/**
 * The offset of the next record to read, by partition; empty if no server is consuming.
 *
 * @param controllerUrl URL without a trailing slash
 * @throws StreamctlError `unreachable`, `interrupted`
 */
export async function consumedOffsets(controllerUrl: string, table: string, deadline: StepDeadline): Promise<ReadonlyMap<number, number>> {
  const url = `${controllerUrl}/tables/${encodeURIComponent(table)}/consumingSegmentsInfo`;
  const { json } = await exchange(url, { signal: deadline.signal, timeoutMs: remainingMs(deadline) });
  const segments = at(json, "_segmentToConsumingInfoMap");
  const offsets = new Map<number, number>();
  for (const replica of Object.values(isObject(segments) ? segments : {}).flatMap((replicas) => arrayAt(replicas))) {
    const positions = at(replica, "partitionToOffsetMap");
    for (const [partition, offset] of Object.entries(isObject(positions) ? positions : {})) {
      const next = Number(offset);
      if (Number.isSafeInteger(next)) offsets.set(Number(partition), Math.max(next, offsets.get(Number(partition)) ?? 0));
    }
  }
  return offsets;
}
