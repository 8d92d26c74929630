/**
 * The result of `compare` as a page: one file without scripts, which loads nothing. Each chart is a table, so a screen reader gets the numbers;
 * the bars are decoration.
 */

import type { CompareReport, CompareRow } from "../../trials/compare/report.ts";
import { conditions } from "./compare.ts";
import { exactText, type Metric, type MetricGroup, metricGroups, metricText } from "./compare-metrics.ts";
import { compareStyle } from "./compare-style.ts";
import { escapeHtml as text } from "./html.ts";
import { formatDuration } from "../../core/units.ts";

export function renderComparePage(report: CompareReport): string {
  const { rows, machine, pipeline, startedAt, elapsedMs, runtime } = report;
  const labels = rows.map(({ label }) => label).join(", ");
  const took = `Measured on ${startedAt.slice(0, 10)} at ${startedAt.slice(11, 16)} UTC, in ${formatDuration(elapsedMs)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(`Stream processors compared: ${labels}`)}</title>
<style>${compareStyle}</style>
</head>
<body>
<main>
<header>
<h1>Stream processors compared</h1>
<p>${text(`Pipeline ${pipeline}, ${conditions(report)}`)}</p>
<p class="muted">${text(`${took}, with streamctl compare, runtime ${runtime}. Each processor ran on a new stack, with the same records.`)}</p>
<p class="muted">${text(machine)}</p>
${verdict(report)}
</header>
<section class="card summary" tabindex="0" aria-label="All results">
${summaryTable(rows)}
</section>
<div class="charts">
${metricGroups.map((group) => chart(group, rows)).join("\n")}
</div>
</main>
</body>
</html>
`;
}

/** Whether all processors are exact, why one is not, and which ones were skipped. */
function verdict({ rows, skipped }: CompareReport): string {
  const wrong = rows.filter(({ exact, reason }) => !exact || reason !== null);
  const line =
    wrong.length === 0
      ? `<p class="verdict ok">Exact: every window of every processor equals what was sent.</p>`
      : `<p class="verdict bad">${text(`Not exact, or incomplete: ${wrong.map(({ label }) => label).join(", ")}`)}</p>`;
  const reasons = [
    ...wrong.map(({ label, reason }) => `${label}: ${reason ?? "the reason is unknown"}`),
    ...skipped.map(({ processor, reason }) => `${processor} was skipped: ${reason}`),
  ];
  return reasons.length === 0 ? line : `${line}\n<ul>${reasons.map((reason) => `<li>${text(reason)}</li>`).join("")}</ul>`;
}

function summaryTable(rows: readonly CompareRow[]): string {
  const head = rows.map(({ label }) => `<th scope="col">${text(label)}</th>`).join("");
  const line = (title: string, cell: (row: CompareRow) => string): string =>
    `<tr><th scope="row">${text(title)}</th>${rows.map((row) => `<td>${text(cell(row))}</td>`).join("")}</tr>`;
  const lines = [
    line("version", ({ version }) => version ?? "–"),
    ...metricGroups.flatMap(({ metrics }) => metrics.map((metric) => line(metric.title, (row) => metricText(metric, row)))),
    line("exact", exactText),
  ];
  return `<table>
<caption>All results</caption>
<thead><tr><th scope="col">measurement</th>${head}</tr></thead>
<tbody>
${lines.join("\n")}
</tbody>
</table>`;
}

function chart(group: MetricGroup, rows: readonly CompareRow[]): string {
  const { title, description, better, metrics } = group;
  const values = rows.flatMap((row) => metrics.map(({ valueOf }) => valueOf(row) ?? 0));
  const largest = Math.max(...values, Number.MIN_VALUE);
  const rule = better === null ? "" : ` ${better === "lower" ? "Lower" : "Higher"} is better.`;
  return `<section class="card">
<h2>${text(title)}</h2>
<p class="muted">${text(`${description}${rule}`)}</p>
<table class="chart">
<caption>${text(title)}</caption>
${metrics.map((metric) => chartPart(metric, { rows, largest, better })).join("\n")}
</table>
</section>`;
}

interface Scale {
  readonly rows: readonly CompareRow[];
  /** The value of the longest bar. */
  readonly largest: number;
  readonly better: MetricGroup["better"];
}

function chartPart(metric: Metric, { rows, largest, better }: Scale): string {
  const measured = rows.flatMap((row) => metric.valueOf(row) ?? []);
  const best = better === null || measured.length < 2 ? undefined : better === "lower" ? Math.min(...measured) : Math.max(...measured);
  const heading = metric.short === undefined ? "" : `<tr><th class="part" colspan="3" scope="rowgroup">${text(metric.short)}</th></tr>\n`;
  const lines = rows.map((row) => {
    const value = metric.valueOf(row);
    const isBest = value !== null && value === best;
    return `<tr${row.exact ? "" : ' class="inexact"'}><th class="name" scope="row">${text(row.label)}</th><td>${bar(value, largest)}</td><td class="value${isBest ? " best" : ""}">${text(metricText(metric, row))}</td></tr>`;
  });
  return `<tbody>\n${heading}${lines.join("\n")}\n</tbody>`;
}

function bar(value: number | null, largest: number): string {
  const width = value === null ? 0 : Math.round((value / largest) * 1000) / 10;
  return `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="amount" width="${width}" height="10"/></svg>`;
}
