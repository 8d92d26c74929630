/** The faults of a round, as a pure function of the seed and the round. */

import { below, firstBits, nextBits, randomKey } from "../../data/random.ts";

/**
 * `kill`: the service is killed (SIGKILL). `freeze`: it is suspended for some seconds (SIGSTOP), then continues. `restart`: it is stopped
 * in an orderly way, and `up` starts it again.
 */
export const faultKinds = ["kill", "freeze", "restart"] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly service: string;
  readonly kind: FaultKind;
  /** Time from the first delivered record until the fault, in milliseconds. */
  readonly atMs: number;
  /** How long the service stays frozen, in milliseconds; null for the other kinds. */
  readonly forMs: number | null;
}

export interface FaultChoice {
  /** At least one. */
  readonly services: readonly string[];
  /** At least one. */
  readonly kinds: readonly FaultKind[];
}

/** Range of `atMs`, in milliseconds. */
const earliestMs = 500;
const latestMs = 4500;

/** Range of `forMs`, in milliseconds. */
const shortestFreezeMs = 1000;
const longestFreezeMs = 8000;

/** One of so many rounds breaks two services. */
const roundsPerPair = 3;

/**
 * The faults of one round in the order of their times: one, or sometimes two on different services. The same seed, round and choice give
 * the same faults.
 *
 * @param seed 0 to 2^53 − 1
 * @param round from 1
 */
export function planFaults(seed: number, round: number, { services, kinds }: FaultChoice): readonly Fault[] {
  const key = randomKey(seed, round);
  let bits = firstBits(key, 0);
  const draw = (range: number): number => {
    bits = nextBits(key, bits);
    return below(range, bits);
  };
  const count = draw(roundsPerPair) === 0 ? 2 : 1;
  const left = [...services];
  const faults: Fault[] = [];
  while (faults.length < count && left.length > 0) {
    const [service = ""] = left.splice(draw(left.length), 1);
    const kind = kinds[draw(kinds.length)] ?? "kill";
    const atMs = earliestMs + draw(latestMs - earliestMs);
    const freezeMs = shortestFreezeMs + draw(longestFreezeMs - shortestFreezeMs);
    faults.push({ service, kind, atMs, forMs: kind === "freeze" ? freezeMs : null });
  }
  return faults.toSorted((one, other) => one.atMs - other.atMs);
}
