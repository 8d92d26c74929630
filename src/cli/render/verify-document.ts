/** The document of `verify --json`. */

import type { SentTotals, Verdict, VerifyReport } from "../../pipeline/verdict.ts";
import type { ActualWindow, ExtraWindow } from "../../pipeline/window-comparison.ts";
import type { Column } from "../../spec/pipeline.ts";

/** Values of a row by the columns' names in the document. */
type NamedValues = Readonly<Record<string, number | undefined>>;

type UnchangedField = "topic" | "partitions" | "records" | "invalid" | "invalidReasons" | "ambiguous" | "foreign" | "heldBack";

export interface VerifyDocument extends Pick<VerifyReport, UnchangedField | "windows" | "matched" | "ambiguousWindows" | "elapsedMs"> {
  /** Number of checks. */
  readonly looks: number;
  readonly processor: string;
  readonly paidRecords: number;
  readonly paidTotal: number;
  readonly sent: Omit<SentTotals, "measure"> & { readonly paid: SentTotals["measure"] };
  readonly mismatched: readonly { readonly windowStart: number; readonly expected: NamedValues; readonly actual: NamedValues | null }[];
  readonly extra: readonly { readonly windowStart: number; readonly actual: NamedValues; readonly why: ExtraWindow["why"] }[];
  readonly ok: boolean;
  /** Why `ok` is false; empty if it is true. */
  readonly reasons: readonly string[];
}

export function verifyDocument(report: VerifyReport, verdict: Verdict): VerifyDocument {
  const { subject, measure, sent } = report;
  const { columns } = subject.window;
  return {
    topic: report.topic,
    processor: subject.reader.processor,
    partitions: report.partitions,
    records: report.records,
    paidRecords: measure.count,
    paidTotal: measure.total,
    invalid: report.invalid,
    invalidReasons: report.invalidReasons,
    ambiguous: report.ambiguous,
    foreign: report.foreign,
    sent: {
      delivered: sent.delivered,
      unresolved: sent.unresolved,
      paid: sent.measure,
      divided: sent.divided,
      elsewhere: sent.elsewhere,
    },
    heldBack: report.heldBack,
    windows: report.windows,
    matched: report.matched,
    mismatched: report.mismatched.map(({ windowStart, expected, actual }) => ({
      windowStart,
      expected: Object.fromEntries(columns.flatMap((column, at) => (isExact(column) ? [[documentName(column), expected[at]]] : []))),
      actual: actual === null ? null : namedActual(columns, actual),
    })),
    extra: report.extra.map(({ windowStart, actual, why }) => ({ windowStart, actual: namedActual(columns, actual), why })),
    ambiguousWindows: report.ambiguousWindows,
    looks: report.checks,
    elapsedMs: report.elapsedMs,
    ok: verdict.ok,
    reasons: verdict.reasons.map(({ text }) => text),
  };
}

function namedActual(columns: readonly Column[], { windowEnd, values }: ActualWindow): NamedValues {
  return { windowEnd, ...Object.fromEntries(columns.map((column, at) => [documentName(column), values[at]])) };
}

/** Whether the expected value is shown; that of an average follows from the other columns. */
export function isExact({ aggregate }: Column): boolean {
  return aggregate.kind !== "avg";
}

/** The name in camel case; `average` for an average. */
function documentName(column: Column): string {
  if (!isExact(column)) return "average";
  return column.name.toLowerCase().replaceAll(/_(?<letter>[a-z0-9])/gu, (_, letter: string) => letter.toUpperCase());
}
