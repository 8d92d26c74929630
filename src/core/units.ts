/** Formats times, sizes and counts for users. JSON documents contain milliseconds, bytes and plain numbers. */

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `850 ms`, `4.2 s`, `38 s`, `3 min 4 s`, `2 h 5 min`, `3 d 4 h`: at most the two largest units. */
export function formatDuration(ms: number): string {
  if (ms < secondMs) return `${Math.floor(ms)} ms`;
  if (ms < 10 * secondMs) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)} s`;
  if (ms < hourMs) return twoUnits(ms, minuteMs, "min", secondMs, "s");
  if (ms < dayMs) return twoUnits(ms, hourMs, "h", minuteMs, "min");
  return twoUnits(ms, dayMs, "d", hourMs, "h");
}

function twoUnits(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % largeMs) / smallMs);
  const first = `${Math.floor(ms / largeMs)} ${large}`;
  return rest === 0 ? first : `${first} ${rest} ${small}`;
}

/** As `formatDuration()`, with more digits for comparing measurements: `4.23 s`, `38.1 s`, `75 min 4 s`. */
export function formatElapsed(ms: number): string {
  if (ms < secondMs) return `${Math.round(ms)} ms`;
  if (ms < minuteMs) return `${(ms / secondMs).toFixed(ms < 10 * secondMs ? 2 : 1).replace(/\.0+$/u, "")} s`;
  return `${Math.floor(ms / minuteMs)} min ${Math.floor((ms % minuteMs) / secondMs)} s`;
}

/** `0.4 s`, `95.3 s`: durations of starts, builds and stops, in a form that can be compared line by line. */
export function formatSeconds(ms: number): string {
  return `${(ms / secondMs).toFixed(1)} s`;
}

/**
 * `512 B`, `31 kB`, `312 MB`, `1.8 GB`, in powers of a thousand.
 *
 * @param round `Math.floor` for a size that is compared with a required one
 */
export function formatBytes(bytes: number, round: (value: number) => number = Math.round): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${round(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${round(bytes / 1e6)} MB`;
  return `${(round(bytes / 1e8) / 10).toFixed(1)} GB`;
}

/** `1,234,567`; values below ten with up to one decimal. */
export function formatNumber(value: number): string {
  const rounded = value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
  return String(rounded).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",");
}

/** `1 record`, `2,000 records`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(count)} ${count === 1 ? singular : plural}`;
}
