/** Event times as text: `yyyy-MM-dd HH:mm:ss.SSS`, always in UTC. */

const pattern =
  /^(?<year>\d{4})-(?<month>0[1-9]|1[0-2])-(?<day>0[1-9]|[12]\d|3[01]) (?<hour>[01]\d|2[0-4]):(?<minute>[0-5]\d):(?<second>[0-5]\d)(?:\.(?<fraction>\d{0,9}))?$/u;

const daySeconds = 86_400;
const msPer400Years = 146_097 * daySeconds * 1000;

/** The first and last event time that `data` writes: within this range all processors compute the same windows. */
export const eventTimeRange = { firstMs: 0, lastMs: Date.UTC(9999, 11, 31, 23, 59, 59, 999) } as const;

/** Formats milliseconds since the epoch (years 0 to 9999) as `yyyy-MM-dd HH:mm:ss.SSS`. */
export function formatEventTimestamp(eventTimeMs: number): string {
  return new Date(eventTimeMs).toISOString().replace("T", " ").slice(0, -1);
}

/**
 * Parses `yyyy-MM-dd HH:mm:ss` with an optional fraction of up to nine digits, truncated to milliseconds. Returns milliseconds since
 * the epoch; undefined for any other text.
 *
 * For the years 0 to 9999 it behaves like java.time.format.ResolverStyle.SMART, which the processors use: a day beyond the end of the
 * month becomes the last day of the month, and 24:00:00 becomes the next midnight.
 */
export function parseEventTimestamp(text: string): number | undefined {
  const groups = pattern.exec(text)?.groups;
  if (!groups) return undefined;
  const year = Number(groups["year"]);
  const month = Number(groups["month"]);
  const fraction = (groups["fraction"] ?? "").padEnd(9, "0");
  const second = (Number(groups["hour"]) * 60 + Number(groups["minute"])) * 60 + Number(groups["second"]);
  if (second > daySeconds || (second === daySeconds && Number(fraction) > 0)) return undefined;
  // Date.UTC maps years below 100 to the twentieth century. The calendar repeats every 400 years.
  const lastDay = new Date(Date.UTC(year + 400, month, 0)).getUTCDate();
  const midnightMs = Date.UTC(year + 400, month - 1, Math.min(Number(groups["day"]), lastDay)) - msPer400Years;
  return midnightMs + second * 1000 + Number(fraction.slice(0, 3));
}
