/** Resolves the options of `compare` into a request. Pure. */

import { duration, refuse, wholeNumber } from "../../core/option-text.ts";
import { processors } from "../../processors/catalog.ts";
import type { OptionValues } from "../../processors/plugin.ts";
import type { CompareOptions } from "./report.ts";

/** The options as text; undefined if not given. */
export interface RawCompareOptions {
  readonly processors?: string | undefined;
  readonly rate?: string | undefined;
  readonly duration?: string | undefined;
  readonly burst?: string | undefined;
  readonly seed?: string | undefined;
  readonly timeout?: string | undefined;
  readonly runtime?: string | undefined;
  readonly extraCaFile?: string | undefined;
  readonly processorOptions?: OptionValues | undefined;
}

export interface CompareRequest extends CompareOptions {
  /** Names of the processors, in the order in which they are measured; undefined for all that can run on this machine. */
  readonly processors: readonly string[] | undefined;
  /** As typed, for `up`. */
  readonly runtime: string | undefined;
  readonly processorOptions: OptionValues;
  /** A PEM file with additional root certificates for image builds. */
  readonly extraCaFile: string | undefined;
  /** Undefined to choose one. */
  readonly portOffset: number | undefined;
  /** Timeout for each service to become ready, and for each provisioning step, in milliseconds. */
  readonly timeoutMs: number;
}

export interface CompareDefaults {
  readonly portOffset: number | undefined;
  /** The seed if none is given: a whole number from 0 to 2^53 − 1. */
  readonly randomSeed: number;
}

/** So that the windows of all phases stay below the million that `verify` can handle. */
const maxBurst = 10_000_000;
/** One record per microsecond of event time. */
const maxRate = 1_000_000;

/** @throws StreamctlError `usage` for the first invalid option */
export function resolveCompareRequest(raw: RawCompareOptions, { portOffset, randomSeed }: CompareDefaults): CompareRequest {
  return Object.freeze({
    processors: raw.processors === undefined ? undefined : processorList(raw.processors),
    rate: wholeNumber("--rate", raw.rate ?? "2000", 1, maxRate),
    durationMs: duration("--duration", raw.duration ?? "30s", 1000),
    burst: wholeNumber("--burst", raw.burst ?? "300000", 1, maxBurst),
    seed: raw.seed === undefined ? randomSeed : wholeNumber("--seed", raw.seed, 0),
    runtime: raw.runtime,
    processorOptions: raw.processorOptions ?? {},
    extraCaFile: raw.extraCaFile,
    portOffset,
    timeoutMs: duration("--timeout", raw.timeout ?? "180s", 1000),
  });
}

/** Names separated by commas, without repetitions. */
function processorList(text: string): readonly string[] {
  const known = Object.keys(processors);
  const hint = `Processors: ${known.join(", ")}`;
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (name === "") throw refuse("--processors", text, "a name is empty", hint);
    if (!known.includes(name)) throw refuse("--processors", name, "there is no such processor", hint);
  }
  return [...new Set(names)];
}
