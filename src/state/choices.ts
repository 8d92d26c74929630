/** The choices of a stack's first `up`, stored in run.json until `down`. */

import type { RuntimeName } from "./service-identity.ts";

/** Why something was chosen, as a code with facts; pipeline/reasons.ts has the texts. */
export interface Reason {
  readonly code: string;
  readonly facts?: Readonly<Record<string, string>>;
}

/** Where a processor's engine comes from, in the form that its plug-in defines. Written to disk, so it must not contain secrets. */
export type ProcessorSource = Readonly<Record<string, string | boolean>>;

/** A previous processor on an external server: its queries may write windows until they are removed. */
export interface AbandonedProcessor {
  readonly processor: string;
  readonly source: ProcessorSource;
}

export interface StackChoices {
  readonly runtime: RuntimeName;
  readonly runtimeReason: Reason;
  /** Name of a processor in the catalog. */
  readonly processor: string;
  readonly processorReason: Reason;
  /** Absent if the processor needs none. */
  readonly source?: ProcessorSource;
  readonly abandoned?: readonly AbandonedProcessor[];
  readonly portOffset: number;
  /** Services requested by `--only`, sorted; absent means all. */
  readonly only?: readonly string[];
  /** Optional services that were requested, and those that were declined, each sorted. */
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}
