export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Ranges that contain all of these times, as narrow as possible: they are split at the largest gaps.
 *
 * @param times is sorted by this function
 * @param most maximum number of ranges
 * @returns in ascending order; none without times
 */
export function rangesOf(times: Float64Array, most: number): readonly Range[] {
  const sorted = times.sort();
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return [];
  const gap = (index: number): number => (sorted[index] ?? 0) - (sorted[index - 1] ?? 0);
  /** Indices after the largest gaps. */
  let splits: number[] = [];
  for (let index = 1; index < sorted.length; index += 1) {
    const smallest = splits.at(-1);
    if (splits.length === most - 1 && (smallest === undefined || gap(index) <= gap(smallest))) continue;
    splits = [...splits, index].toSorted((one, other) => gap(other) - gap(one)).slice(0, most - 1);
  }
  splits.sort((one, other) => one - other);
  const starts = [0, ...splits];
  return starts.map((from, index) => ({ fromMs: sorted[from] ?? first, toMs: sorted[(starts[index + 1] ?? sorted.length) - 1] ?? last }));
}
