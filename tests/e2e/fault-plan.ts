/** The faults of a broker and their times, as a pure function of a seed. */

import { below, goldenRatio, mix32 } from "../../src/data/random.ts";

export interface Fault {
  /** Time without faults before it, in milliseconds. */
  readonly afterMs: number;
  readonly kind: "freeze" | "kill" | "freeze and kill";
  /** How long the broker stays frozen, or dead before it is restarted, in milliseconds. */
  readonly forMs: number;
}

const kinds = ["freeze", "kill", "freeze and kill"] as const;
/** Approximate duration of a start, in milliseconds. */
const startMs = 4000;

export interface FaultLimits {
  /** Approximate duration of the whole plan, in milliseconds. */
  readonly totalMs: number;
  /** Range of one fault's duration, in milliseconds. */
  readonly shortestMs: number;
  readonly longestMs: number;
}

export function planFaults(seed: number, { totalMs, shortestMs, longestMs }: FaultLimits): readonly Fault[] {
  let drawn = 0;
  const draw = (range: number): number => below(range, mix32((seed + Math.imul(goldenRatio, (drawn += 1))) | 0));
  const faults: Fault[] = [];
  for (let spentMs = 0; spentMs < totalMs;) {
    const kind = kinds[draw(kinds.length)] ?? "freeze";
    const fault = { afterMs: 200 + draw(2500), kind, forMs: shortestMs + draw(longestMs - shortestMs) };
    faults.push(fault);
    spentMs += fault.afterMs + fault.forMs + (kind === "freeze" ? 0 : startMs);
  }
  return faults;
}
