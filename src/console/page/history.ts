/** A bounded series of samples: the newest ones, oldest first. */

export interface Sample {
  readonly atMs: number;
  readonly value: number | null;
}

/** The samples with one more; those beyond the limit are dropped. */
export function appendSample(samples: readonly Sample[], sample: Sample, limit: number): readonly Sample[] {
  return [...samples.slice(Math.max(0, samples.length + 1 - limit)), sample];
}
