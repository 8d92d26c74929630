/** What `verify` found, for a person: what was read, what matched, the verdict and what to do next. */

import { windowColumns } from "../../spec/names.ts";
import type { ReasonCode, Verdict, VerifyReport } from "../../pipeline/verdict.ts";
import type { ReadingProgress } from "../../pipeline/topic-reading.ts";
import type { ActualWindow } from "../../pipeline/window-comparison.ts";
import { harmless } from "./cell.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { formatCount, formatDuration } from "./units.ts";

export interface VerifyDocument extends VerifyReport {
  readonly ok: boolean;
  /** Why not; empty when ok. */
  readonly reasons: readonly string[];
}

/** Differences that the report lists; the document lists all. */
const listedDifferences = 10;

/** What `--json` prints. */
export function verifyDocument(report: VerifyReport, verdict: Verdict): VerifyDocument {
  return { ...report, ok: verdict.ok, reasons: verdict.reasons.map(({ text }) => text) };
}

/** One line without its end, for a terminal that shows it again and again. */
export function renderReading({ read, toRead, recordsPerSecond }: ReadingProgress): string {
  const leftMs = recordsPerSecond > 0 ? ((toRead - read) / recordsPerSecond) * 1000 : 0;
  const parts = [`${grouped(read)} of ${grouped(toRead)} records read`, `${grouped(recordsPerSecond)}/s`];
  return [...parts, ...(leftMs >= 1000 ? [`${formatDuration(leftMs)} left`] : [])].join(" · ");
}

/** The same for the time between two looks. */
export function renderLook({ windows, matched, looks }: VerifyReport): string {
  return `${grouped(matched)} of ${grouped(windows)} windows equal in Pinot · look ${looks}`;
}

function grouped(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

export function renderVerify(report: VerifyReport, verdict: Verdict, options: TableOptions): string {
  const parts = [renderCounts(report), renderDifferences(report, options), renderVerdict(report, verdict)];
  return parts.filter((part) => part !== "").join("\n");
}

function renderCounts(report: VerifyReport): string {
  const { topic, records, paidRecords, invalid, sent, foreign, windows, matched } = report;
  const refused = records - invalid - paidRecords;
  const elsewhere = foreign === 0 ? "" : `; ${formatCount(foreign, "record")} in the topic from elsewhere or sent twice`;
  const lines = [
    `topic    ${harmless(topic)}: ${formatCount(records, "record")}, ${paidRecords} Paid, ${refused} Refused, ${invalid} invalid`,
    ...Object.entries(report.invalidReasons).map(([reason, count]) => `invalid  ${count} × ${harmless(reason)}`),
    `sent     ${sent.delivered} delivered, ${sent.unresolved} unresolved${elsewhere}`,
    ...(sent.divided > 0 ? [`sent     ${sent.divided} while the topic was deleted and recreated: it holds a part of them at most`] : []),
    ...(sent.elsewhere > 0 ? [`sent     ${sent.elsewhere} to another topic of this name: deleted since, or of another Kafka`] : []),
    `windows  ${matched} of ${windows} equal in Pinot (sum, count and average)`,
  ];
  return `${lines.join("\n")}\n`;
}

function renderDifferences({ mismatched, extra }: VerifyReport, options: TableOptions): string {
  const differences = [
    ...mismatched.map(({ windowStart, expected, actual }) =>
      differenceRow(windowStart, [expected.totalPaid, expected.totalTransactions], actual, actual === null ? "not in Pinot" : "differs"),
    ),
    ...extra.map(({ windowStart, actual, why }) =>
      differenceRow(windowStart, [null, null], actual, why === "duplicate" ? "second row" : "no such window"),
    ),
  ];
  if (differences.length === 0) return "";
  const names = [windowColumns.start, "UTC", "sum", "in Pinot", "count", "in Pinot", "average", "what"];
  const table = renderTable(names, differences.slice(0, listedDifferences), options);
  const unlisted = differences.length - listedDifferences;
  return unlisted > 0 ? `${table}and ${unlisted} more (all of them with --json)\n` : table;
}

function differenceRow(
  windowStart: number,
  [paid, count]: readonly (number | null)[],
  actual: ActualWindow | null,
  what: string,
): readonly unknown[] {
  return [windowStart, utcTime(windowStart), paid, actual?.totalPaid, count, actual?.totalTransactions, actual?.average, what];
}

/** Empty for a time that no calendar holds, such as Pinot's default for a missing number. */
function utcTime(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace("T", " ").slice(0, 19);
}

function renderVerdict(report: VerifyReport, { ok, reasons }: Verdict): string {
  const took = `${formatDuration(report.elapsedMs)}${report.looks > 1 ? `, ${report.looks} looks` : ""}`;
  if (ok)
    return `Verified: every window equals what ${report.foreign === 0 && report.sent.divided === 0 ? "was sent" : "the topic holds"} (${took})\n`;
  const next = nextStep(report, new Set(reasons.map(({ code }) => code)));
  return `Not verified (${took}):\n${reasons.map(({ text }) => `- ${harmless(text)}\n`).join("")}next: ${next}\n`;
}

function nextStep({ records, looks, sent, mismatched, extra, ambiguousWindows }: VerifyReport, codes: ReadonlySet<ReasonCode>): string {
  if (codes.has("transaction-open")) {
    return "streamctl verify --wait 90s: the producer ends it, or Kafka does after its transaction.timeout.ms (60 s by default)";
  }
  if (codes.has("records-lost") || codes.has("paid-lost")) return "streamctl logs kafka";
  if (codes.has("resource-unhealthy")) return "streamctl status, then streamctl logs";
  if (records === 0) return "streamctl data -n 1000";
  if (ambiguousWindows > 0 && ambiguousWindows === mismatched.length + extra.length) {
    return `the README, "Records from elsewhere", says how to write such records; those of data are not among them`;
  }
  const behind = codes.has("window-differs") || codes.has("row-extra");
  if (behind && sent.divided + sent.elsewhere > 0) return "streamctl up, which computes the windows again where the topic was recreated";
  if (behind && looks === 1) return "streamctl verify --wait 60s, in case the processor is still at work";
  if (behind) return "streamctl status, then streamctl logs";
  if (codes.has("no-window")) return "streamctl data -n 1000";
  if (codes.has("run-divided") && !codes.has("record-foreign")) {
    return "streamctl verify without --strict, or start with an empty topic: streamctl down --volumes, then streamctl up";
  }
  return "streamctl verify without --strict, if others write to the topic too";
}
