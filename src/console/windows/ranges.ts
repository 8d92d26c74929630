export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Ranges that contain all of these times, as narrow as possible: they are split at the largest gaps.
 *
 * @param most maximum number of ranges
 * @returns in ascending order; none without times
 */
export function rangesOf(times: Iterable<number>, most: number): readonly Range[] {
  const sorted = Float64Array.from(times).sort();
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return [];
  const gaps = Array.from(sorted.subarray(1), (time, index) => ({ after: sorted[index] ?? time, before: time }));
  const splits = gaps
    .toSorted((one, other) => other.before - other.after - (one.before - one.after))
    .slice(0, most - 1)
    .toSorted((one, other) => one.after - other.after);
  const starts = [first, ...splits.map(({ before }) => before)];
  const ends = [...splits.map(({ after }) => after), last];
  return starts.map((fromMs, index) => ({ fromMs, toMs: ends[index] ?? fromMs }));
}
