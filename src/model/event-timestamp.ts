/** Event time as text: `yyyy-MM-dd HH:mm:ss.SSS`, always UTC, as both processors read it. */

const pattern =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d) (?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d)(?:\.(?<fraction>\d{1,9}))?$/u;

const msPer400Years = 146_097 * 86_400_000;

/** The first and the last event time that `data` makes: the years in which both processors form the same windows. */
export const eventTimeRange = { firstMs: 0, lastMs: Date.UTC(9999, 11, 31, 23, 59, 59, 999) } as const;

/** Milliseconds since the epoch (years 0 to 9999) as `yyyy-MM-dd HH:mm:ss.SSS`. */
export function formatEventTimestamp(eventTimeMs: number): string {
  return new Date(eventTimeMs).toISOString().replace("T", " ").slice(0, -1);
}

/**
 * Milliseconds since the epoch of `yyyy-MM-dd HH:mm:ss`, with a fraction of one to nine digits or none; what is finer than a
 * millisecond is cut off. Undefined for any other text and for days that the calendar lacks.
 */
export function parseEventTimestamp(text: string): number | undefined {
  const groups = pattern.exec(text)?.groups;
  if (!groups) return undefined;
  const year = Number(groups["year"]);
  const month = Number(groups["month"]);
  const day = Number(groups["day"]);
  const fractionMs = Number((groups["fraction"] ?? "").padEnd(3, "0").slice(0, 3));
  // Date.UTC takes years below 100 for the twentieth century; the calendar repeats every 400 years.
  const midnightMs = Date.UTC(year + 400, month - 1, day) - msPer400Years;
  const calendar = new Date(midnightMs);
  if (calendar.getUTCMonth() !== month - 1 || calendar.getUTCDate() !== day) return undefined;
  return midnightMs + ((Number(groups["hour"]) * 60 + Number(groups["minute"])) * 60 + Number(groups["second"])) * 1000 + fractionMs;
}
