/** Whether every window in Pinot equals what was sent: how a trial judges a stack. */

import type { PipelineContext } from "../pipeline/context.ts";
import type { ReasonCode, Verdict, VerifyReport } from "../pipeline/verdict.ts";
import { verifyStack } from "../pipeline/verify-stack.ts";

export interface ExactnessRequest {
  /** How long to repeat the check until the windows are exact, in milliseconds. */
  readonly waitMs: number;
  /** Called after each check except the last one. */
  readonly onCheck?: ((report: VerifyReport) => void) | undefined;
}

export interface Exactness {
  readonly exact: boolean;
  /** Why not; null if exact. */
  readonly reason: string | null;
  /** The topic has no record and the table no row, so there was nothing to compare. */
  readonly empty: boolean;
  /** Whether waiting may make the windows exact. */
  readonly mayChange: boolean;
}

/** Reasons that remain: the topic and the ledger differ, whatever the processor still does. */
const lasting: ReadonlySet<ReasonCode> = new Set(["records-lost", "measure-lost", "record-foreign", "run-divided"]);

/**
 * Compares the stack's topic, ledger and table as `verify --strict` does, until they are equal or the wait is over.
 *
 * @throws StreamctlError as `verifyStack`
 */
export async function awaitExactWindows({ waitMs, onCheck }: ExactnessRequest, context: PipelineContext): Promise<Exactness> {
  // Load the parser of the ledger only here.
  const { readLedger } = await import("../state/ledger-reading.ts");
  const readRuns = async () => (await readLedger(context.folder.ledgerFile)).runs;
  const request = { waitMs, strict: true, portOffset: undefined, onCheck: ({ report }: { report: VerifyReport }) => onCheck?.(report) };
  return exactnessOf(await verifyStack(request, readRuns, context));
}

/** Pure. */
export function exactnessOf({ report, verdict }: ExactnessFacts): Exactness {
  const { ok, reasons } = verdict;
  const empty = !ok && report.records === 0 && reasons.every(({ code }) => code === "no-window");
  return {
    exact: ok,
    reason: ok ? null : reasons.map(({ text }) => text).join("; "),
    empty,
    mayChange: !ok && !empty && !reasons.some(({ code }) => lasting.has(code)),
  };
}

interface ExactnessFacts {
  readonly report: Pick<VerifyReport, "records">;
  readonly verdict: Verdict;
}
