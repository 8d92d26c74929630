/** Progress and summary of `data` as text. */

import { formatCount, formatElapsed, formatNumber } from "../core/units.ts";
import type { DataProgress } from "./progress.ts";
import type { DataSummary } from "./summary.ts";

/** One line without a line break, for a terminal that redraws it. */
export function renderProgress(progress: DataProgress): string {
  const { requested, accepted, delivered, failed, unresolved, elapsedMs, messagesPerSecond } = progress;
  const inFlight = accepted - delivered - failed - unresolved;
  return [
    `${formatNumber(delivered)}${requested === null ? "" : ` of ${formatNumber(requested)}`} delivered`,
    `${formatNumber(messagesPerSecond)}/s`,
    ...(inFlight > 0 ? [`${formatNumber(inFlight)} in flight`] : []),
    ...(failed > 0 ? [`${formatNumber(failed)} failed`] : []),
    formatElapsed(elapsedMs),
    ...remaining(progress),
  ].join(" · ");
}

/** The remaining time at the current rate; nothing during the last second. */
function remaining({ requested, delivered, failed, unresolved, messagesPerSecond }: DataProgress): string[] {
  if (requested === null || messagesPerSecond === 0) return [];
  const leftMs = ((requested - delivered - failed - unresolved) / messagesPerSecond) * 1000;
  return leftMs >= 1000 ? [`${formatElapsed(Math.floor(leftMs / 1000) * 1000)} left`] : [];
}

export function renderSummary(summary: DataSummary): string {
  const { requested, accepted, delivered, paid, latencyMs, seed, workers } = summary;
  const target = requested ?? accepted;
  const lines = [
    `Delivered ${formatNumber(delivered)} of ${formatCount(target, "message")} in ${formatElapsed(summary.elapsedMs)}: ${formatNumber(summary.messagesPerSecond)}/s`,
    ...lossLines(summary),
  ];
  if (delivered > 0) {
    const { p50, p95, p99, max } = latencyMs;
    lines.push(
      `Paid      ${formatCount(paid.count, "transaction")}, ${formatNumber(paid.total)} in total`,
      `Latency   p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, maximum ${ms(max)}`,
    );
  }
  if (summary.firstEventTime !== null) lines.push(`Events    from ${summary.firstEventTime} to ${summary.lastEventTime}`);
  lines.push(`Seed      ${seed}, ${formatCount(workers, "worker")}`);
  return lines.map((line) => `${line}\n`).join("");
}

function lossLines({ requested, accepted, failed, unresolved, errors }: DataSummary): string[] {
  const lines: string[] = [];
  if (requested !== null && accepted < requested) lines.push(`Not sent  ${formatCount(requested - accepted, "message")}`);
  if (failed > 0) lines.push(`Failed    ${formatCount(failed, "message")}, not in the topic`);
  if (unresolved > 0)
    lines.push(`Unknown   ${formatCount(unresolved, "message")}, may be in the topic: no delivery report arrived in time`);
  for (const { code, message, count } of errors) lines.push(`          ${formatNumber(count)} × ${message} (${code})`);
  return lines;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
