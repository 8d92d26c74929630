import type { CompareReport, CompareRow } from "../../trials/compare/report.ts";
import { escapeControls } from "./cell.ts";
import type { CompareFormat } from "./compare-format.ts";
import { exactText, metricGroups, metricText } from "./compare-metrics.ts";
import { renderJson } from "./json.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { formatDuration, formatNumber } from "../../core/units.ts";

/** @param width columns of the terminal; null if the text does not go to a terminal */
export async function renderCompare(report: CompareReport, format: CompareFormat, width: number | null): Promise<string> {
  if (format === "json") return renderJson(report);
  if (format === "html") return (await import("./compare-html.ts")).renderComparePage(report);
  return renderCompareTable(report, { width });
}

/** One column per processor and one line per measurement, then why a processor is missing or not exact, and the conditions. */
export function renderCompareTable(report: CompareReport, options: TableOptions): string {
  const { rows, skipped, machine } = report;
  const line = (title: string, cell: (row: CompareRow) => string): readonly string[] => [title, ...rows.map(cell)];
  const lines = [
    line("version", ({ version }) => version ?? "–"),
    ...metricGroups.flatMap(({ metrics }) => metrics.map((metric) => line(metric.title, (row) => metricText(metric, row)))),
    line("exact", exactText),
  ];
  const reasons = rows.flatMap(({ label, reason }) => (reason === null ? [] : [`${label}: ${escapeControls(reason)}\n`]));
  const absent = skipped.map(({ processor, reason }) => `${processor} was skipped: ${escapeControls(reason)}\n`);
  const table = renderTable(["", ...rows.map(({ label }) => label)], lines, options);
  const notes = [...reasons, ...absent];
  return `${table}\n${notes.length === 0 ? "" : `${notes.join("")}\n`}${conditions(report)}\n${escapeControls(machine)}\n`;
}

/** Such as `2,000 messages/s for 30 s, a burst of 300,000, seed 7`. */
export function conditions({ options: { rate, durationMs, burst, seed } }: Pick<CompareReport, "options">): string {
  const steady = `${formatNumber(rate)} messages/s for ${formatDuration(durationMs)}`;
  return `${steady}, a burst of ${formatNumber(burst)} messages, seed ${seed}`;
}
