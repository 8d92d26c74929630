/** Event time as text: `yyyy-MM-dd HH:mm:ss.SSS`, always UTC. */

const pattern =
  /^(?<year>\d{4})-(?<month>0[1-9]|1[0-2])-(?<day>0[1-9]|[12]\d|3[01]) (?<hour>[01]\d|2[0-4]):(?<minute>[0-5]\d):(?<second>[0-5]\d)(?:\.(?<fraction>\d{0,9}))?$/u;

const daySeconds = 86_400;
const msPer400Years = 146_097 * daySeconds * 1000;

/** The first and the last event time that `data` makes: the years in which all processors form the same windows. */
export const eventTimeRange = { firstMs: 0, lastMs: Date.UTC(9999, 11, 31, 23, 59, 59, 999) } as const;

/** Milliseconds since the epoch (years 0 to 9999) as `yyyy-MM-dd HH:mm:ss.SSS`. */
export function formatEventTimestamp(eventTimeMs: number): string {
  return new Date(eventTimeMs).toISOString().replace("T", " ").slice(0, -1);
}

/**
 * Milliseconds since the epoch of `yyyy-MM-dd HH:mm:ss`, with a fraction of up to nine digits or none; what is finer than a
 * millisecond is cut off. Undefined for any other text.
 *
 * In the years 0 to 9999, as java.time.format.ResolverStyle.SMART reads it, which processors use: a day that its month lacks is
 * the month's last one, 24:00:00 is the next midnight.
 */
export function parseEventTimestamp(text: string): number | undefined {
  const groups = pattern.exec(text)?.groups;
  if (!groups) return undefined;
  const year = Number(groups["year"]);
  const month = Number(groups["month"]);
  const fraction = (groups["fraction"] ?? "").padEnd(9, "0");
  const second = (Number(groups["hour"]) * 60 + Number(groups["minute"])) * 60 + Number(groups["second"]);
  if (second > daySeconds || (second === daySeconds && Number(fraction) > 0)) return undefined;
  // Date.UTC takes years below 100 for the twentieth century; the calendar repeats every 400 years.
  const lastDay = new Date(Date.UTC(year + 400, month, 0)).getUTCDate();
  const midnightMs = Date.UTC(year + 400, month - 1, Math.min(Number(groups["day"]), lastDay)) - msPer400Years;
  return midnightMs + second * 1000 + Number(fraction.slice(0, 3));
}
