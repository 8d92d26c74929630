/** The report of `verify` as text: what was read, what matched, the verdict and the next command. */

import { windowBounds } from "../../spec/columns.ts";
import type { Column } from "../../spec/pipeline.ts";
import type { ReasonCode, Verdict, VerifyReport } from "../../pipeline/verdict.ts";
import type { ReadingProgress } from "../../pipeline/topic-reading.ts";
import { recordNames } from "../../pipeline/verify-subject.ts";
import type { WindowComparison } from "../../pipeline/window-comparison.ts";
import { escapeControls } from "./cell.ts";
import { joinNames } from "../../core/list.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { formatCount, formatDuration, formatNumber } from "../../core/units.ts";
import { isExact } from "./verify-document.ts";

/** Maximum number of differences in the text; the JSON document contains all of them. */
const listedDifferences = 10;

/** Progress of reading the topic: one line without a line break, for a terminal that redraws it. */
export function renderReading({ read, toRead, recordsPerSecond }: ReadingProgress): string {
  const leftMs = recordsPerSecond > 0 ? ((toRead - read) / recordsPerSecond) * 1000 : 0;
  const parts = [`${formatNumber(read)} of ${formatNumber(toRead)} records read`, `${formatNumber(Math.round(recordsPerSecond))}/s`];
  return [...parts, ...(leftMs >= 1000 ? [`${formatDuration(leftMs)} left`] : [])].join(" · ");
}

/** Progress between two checks, in the same form. */
export function renderCheck({ windows, matched, checks }: VerifyReport): string {
  return `${formatNumber(matched)} of ${formatNumber(windows)} windows equal in Pinot · check ${checks}`;
}

export function renderVerify(report: VerifyReport, verdict: Verdict, options: TableOptions): string {
  const parts = [renderCounts(report), renderDifferences(report, options), renderVerdict(report, verdict)];
  return parts.filter((part) => part !== "").join("\n");
}

function renderCounts(report: VerifyReport): string {
  const { topic, subject, records, measure, invalid, sent, foreign, windows, matched } = report;
  const { counted, others } = recordNames(subject);
  const rest = records - invalid - measure.count;
  const elsewhere = foreign === 0 ? "" : `; ${formatCount(foreign, "record")} in the topic from other producers or sent twice`;
  const counts = `${formatNumber(measure.count)} ${counted}, ${formatNumber(rest)} ${others}, ${formatNumber(invalid)} invalid`;
  const lines = [
    `topic    ${escapeControls(topic)}: ${formatCount(records, "record")}, ${counts}`,
    ...Object.entries(report.invalidReasons).map(([reason, count]) => `invalid  ${formatNumber(count)} × ${escapeControls(reason)}`),
    `sent     ${formatNumber(sent.delivered)} delivered, ${formatNumber(sent.unresolved)} unresolved${elsewhere}`,
    ...(sent.divided > 0
      ? [`sent     ${formatNumber(sent.divided)} while the topic was deleted and recreated: it contains at most some of them`]
      : []),
    ...(sent.elsewhere > 0
      ? [`sent     ${formatNumber(sent.elsewhere)} to another topic of this name, which was deleted or is in another Kafka cluster`]
      : []),
    `windows  ${formatNumber(matched)} of ${formatNumber(windows)} equal in Pinot (${joinNames(headings(subject.window.columns), "and")})`,
  ];
  return `${lines.join("\n")}\n`;
}

function renderDifferences({ subject, mismatched, extra }: VerifyReport, options: TableOptions): string {
  const { columns } = subject.window;
  const differences: readonly Difference[] = [
    ...mismatched.map((window) => ({ ...window, what: window.actual === null ? "not in Pinot" : "differs" })),
    ...extra.map((window) => ({ ...window, expected: null, what: window.why === "duplicate" ? "second row" : "unexpected" })),
  ];
  if (differences.length === 0) return "";
  const names = headings(columns);
  const compared = columns.flatMap((column, at) => (isExact(column) ? [names[at] ?? "", "in Pinot"] : [names[at] ?? ""]));
  const rows = differences.slice(0, listedDifferences).map(({ windowStart, expected, actual, what }) => {
    const cells = columns.flatMap((column, at) => {
      const inPinot = actual?.values[at];
      return isExact(column) ? [expected === null ? null : expected[at], inPinot] : [inPinot];
    });
    return [windowStart, utcTime(windowStart), ...cells, what];
  });
  const table = renderTable([windowBounds.start, "UTC", ...compared, "what"], rows, options);
  const unlisted = differences.length - listedDifferences;
  return unlisted > 0 ? `${table}and ${formatNumber(unlisted)} more; --json prints all of them\n` : table;
}

type Mismatch = WindowComparison["mismatched"][number];
type Difference = Pick<Mismatch, "windowStart" | "actual"> & { readonly expected: Mismatch["expected"] | null; readonly what: string };

const aggregateNames = { count: "count", sum: "sum", min: "minimum", max: "maximum", avg: "average", distinct: "distinct" } as const;

/** Headings of the columns: what is aggregated, or the name if two columns have the same aggregate. */
function headings(columns: readonly Column[]): readonly string[] {
  return columns.map(({ name, aggregate }) => {
    const alone = columns.filter((other) => other.aggregate.kind === aggregate.kind).length === 1;
    return alone ? aggregateNames[aggregate.kind] : name;
  });
}

/** Empty for a time out of range, such as Pinot's default for a missing number. */
function utcTime(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace("T", " ").slice(0, 19);
}

function renderVerdict(report: VerifyReport, { ok, reasons }: Verdict): string {
  const took = `${formatDuration(report.elapsedMs)}${report.checks > 1 ? `, ${report.checks} checks` : ""}`;
  if (ok)
    return `Verified: every window matches ${report.foreign === 0 && report.sent.divided === 0 ? "what was sent" : "the topic"} (${took})\n`;
  const next = nextStep(report, new Set(reasons.map(({ code }) => code)));
  return `Not verified (${took}):\n${reasons.map(({ text }) => `- ${escapeControls(text)}\n`).join("")}next: ${next}\n`;
}

function nextStep({ records, checks, sent, mismatched, extra, ambiguousWindows }: VerifyReport, codes: ReadonlySet<ReasonCode>): string {
  if (codes.has("transaction-open")) {
    return "streamctl verify --wait 90s: the producer ends the transaction, or Kafka does after transaction.timeout.ms (default 60 s)";
  }
  if (codes.has("records-lost") || codes.has("measure-lost")) return "streamctl logs kafka";
  if (codes.has("resource-unhealthy")) return "streamctl status, then streamctl logs";
  if (records === 0) return "streamctl data -n 1000";
  if (ambiguousWindows > 0 && ambiguousWindows === mismatched.length + extra.length) {
    return `see "Records from other producers" in the README for how to write such records; data does not send any`;
  }
  const behind = codes.has("window-differs") || codes.has("row-extra");
  if (behind && sent.divided + sent.elsewhere > 0) return "streamctl up, which computes the windows again after the topic was recreated";
  if (behind && checks === 1) return "streamctl verify --wait 60s, in case the processor is still working";
  if (behind) return "streamctl status, then streamctl logs";
  if (codes.has("no-window")) return "streamctl data -n 1000";
  if (codes.has("run-divided") && !codes.has("record-foreign")) {
    return "streamctl verify without --strict, or start with an empty topic: streamctl down --volumes, then streamctl up";
  }
  return "streamctl verify without --strict, if other producers write to the topic";
}
