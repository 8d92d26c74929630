/**
 * Event times of the records of each phase, far apart, so that each phase has its own windows. They are the same for every processor, and so
 * are the records.
 */
export const eventTimes = {
  steadyMs: Date.UTC(2030, 0, 1),
  burstMs: Date.UTC(2031, 0, 1),
  recoveryMs: Date.UTC(2032, 0, 1),
  /** The records whose freshness is measured. */
  singleMs: Date.UTC(2040, 0, 1),
} as const;

/** Longest time between two records, so that a slow rate makes not too many windows. */
const longestSpacingUs = 100_000;

/** Event time from one record to the next, in whole microseconds: as if they were sent at that rate. */
export function spacingUs(messagesPerSecond: number): number {
  return Math.max(1, Math.min(longestSpacingUs, Math.round(1_000_000 / messagesPerSecond)));
}
