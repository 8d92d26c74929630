/**
 * The smallest value that at least this share of the values does not exceed (nearest rank). It is always one of the values.
 *
 * @param values at least one
 * @param share above 0, at most 1
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
