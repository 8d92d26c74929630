/** Event times as text: `yyyy-MM-dd HH:mm:ss.SSS`, always in UTC. */

/** The first and last event time that `data` writes: within this range all processors compute the same windows. */
export const eventTimeRange = { firstMs: 0, lastMs: Date.UTC(9999, 11, 31, 23, 59, 59, 999) } as const;

const textLength = "yyyy-MM-dd HH:mm:ss.SSS".length;

/** Formats milliseconds since the epoch (years 0 to 9999) as `yyyy-MM-dd HH:mm:ss.SSS`. */
export function formatEventTimestamp(eventTimeMs: number): string {
  return new Date(eventTimeMs).toISOString().replace("T", " ").slice(0, -1);
}

/**
 * Parses exactly `yyyy-MM-dd HH:mm:ss.SSS` of a real calendar: no February 30, no 24:00. Returns milliseconds since the epoch; undefined for
 * any other text.
 */
export function parseEventTimestamp(text: string): number | undefined {
  if (text.length !== textLength) return undefined;
  const timeMs = Date.parse(`${text.replace(" ", "T")}Z`);
  return Number.isNaN(timeMs) || formatEventTimestamp(timeMs) !== text ? undefined : timeMs;
}
