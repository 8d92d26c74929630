import assert from "node:assert/strict";
import type { DeliveryStatistics } from "../../../src/kafka/producer.ts";

export function deliveryCounts({ accepted, delivered, failed, unresolved, inFlight }: DeliveryStatistics) {
  return { accepted, delivered, failed, unresolved, inFlight };
}

/** Asserts that the counts add up to accepted, and that each failed or unresolved message has an error. */
export function assertBalance(statistics: DeliveryStatistics): void {
  const { accepted, delivered, failed, unresolved, inFlight, errors } = statistics;
  assert.equal(delivered + failed + unresolved + inFlight, accepted);
  assert.equal(
    errors.reduce((sum, { count }) => sum + count, 0),
    failed + unresolved,
  );
}
