/** A small line of samples. Its label says what it shows; the numbers are in a table beside it. */

import type { JSX } from "preact";
import type { Sample } from "./history.ts";

const width = 120;
const height = 24;

export function Sparkline({
  samples,
  label,
  zero = true,
}: {
  readonly samples: readonly Sample[];
  readonly label: string;
  readonly zero?: boolean;
}): JSX.Element {
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={linePath(samples, zero)} />
    </svg>
  );
}

/** The path of the samples by time; an unknown value leaves a gap. */
function linePath(samples: readonly Sample[], zero: boolean): string {
  const known = samples.flatMap(({ value }) => (value === null ? [] : [value]));
  const first = samples[0]?.atMs ?? 0;
  const spanMs = Math.max(1, (samples.at(-1)?.atMs ?? 0) - first);
  const low = zero ? 0 : Math.min(...known);
  const range = Math.max(...known, low) - low || 1;
  let pen = "M";
  return samples
    .map(({ atMs, value }) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const step = `${pen}${(((atMs - first) / spanMs) * width).toFixed(1)} ${(height - 2 - ((value - low) / range) * (height - 4)).toFixed(1)}`;
      pen = "L";
      return step;
    })
    .join("");
}
