/** Whether every window in Pinot equals what was sent: how a trial judges a stack. */

import type { PipelineContext } from "../pipeline/context.ts";
import type { Verdict, VerifyReport } from "../pipeline/verdict.ts";
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
}

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
  const { report, verdict } = await verifyStack(request, readRuns, context);
  return { exact: verdict.ok, reason: reasonIn(verdict), empty: isEmpty(report, verdict) };
}

function reasonIn({ ok, reasons }: Verdict): string | null {
  return ok ? null : reasons.map(({ text }) => text).join("; ");
}

function isEmpty({ records }: VerifyReport, { reasons }: Verdict): boolean {
  return records === 0 && reasons.every(({ code }) => code === "no-window");
}
