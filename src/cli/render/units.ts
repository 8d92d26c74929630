/** Times and sizes as a person reads them; documents keep milliseconds and bytes. */

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `850 ms`, `4.2 s`, `38 s`, `3 min 4 s`, `2 h 5 min`, `3 d 4 h`: the two largest units that matter. */
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

/** `512 B`, `31 kB`, `312 MB`, `1.8 GB`, in powers of a thousand. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `1 record`, `2 records`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
