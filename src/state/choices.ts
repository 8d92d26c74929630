/** What was chosen for a stack at its first `up`; kept until `down`. */

import type { RuntimeName } from "./service-identity.ts";

/** Why something was chosen, as a fact: whoever shows it makes the sentence. */
export interface Reason {
  readonly code: string;
  readonly facts?: Readonly<Record<string, string>>;
}

/** Where a processor's engine comes from, in the form that its plug-in defines. It holds no secret: it is kept on disk. */
export type ProcessorSource = Readonly<Record<string, string | boolean>>;

/** A processor that is no longer chosen, on a server that streamctl did not start: it may still write windows until it is released. */
export interface AbandonedProcessor {
  readonly processor: string;
  readonly source: ProcessorSource;
}

export interface StackChoices {
  readonly runtime: RuntimeName;
  readonly runtimeReason: Reason;
  /** Name of a processor of the catalog. */
  readonly processor: string;
  readonly processorReason: Reason;
  /** Absent where the processor needs none. */
  readonly source?: ProcessorSource;
  readonly abandoned?: readonly AbandonedProcessor[];
  readonly portOffset: number;
  /** Services that were asked for, sorted; absent means all. */
  readonly only?: readonly string[];
  /** Optional services that were asked for, and those that were declined, each sorted. */
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}
