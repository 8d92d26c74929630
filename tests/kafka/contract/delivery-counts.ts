import assert from "node:assert/strict";
import type { DeliveryStatistics } from "../../../src/kafka/producer.ts";

export function deliveryCounts({ accepted, delivered, failed, unresolved, inFlight }: DeliveryStatistics) {
  return { accepted, delivered, failed, unresolved, inFlight };
}

/** Every accepted message is somewhere, and every one that was not delivered has its reason. */
export function assertBalance(statistics: DeliveryStatistics): void {
  const { accepted, delivered, failed, unresolved, inFlight, errors } = statistics;
  assert.equal(delivered + failed + unresolved + inFlight, accepted);
  assert.equal(
    errors.reduce((sum, { count }) => sum + count, 0),
    failed + unresolved,
  );
}
