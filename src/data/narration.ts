/** A run of `data` as a person reads it. Pure: values to text. */

import { formatElapsed, formatNumber } from "../core/units.ts";
import type { DataProgress } from "./progress.ts";
import type { DataSummary } from "./summary.ts";

/** One line without its end, for a terminal that shows it again and again. */
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

/** How long it goes on at the present rate; of the last second nothing is said. */
function remaining({ requested, delivered, failed, unresolved, messagesPerSecond }: DataProgress): string[] {
  if (requested === null || messagesPerSecond === 0) return [];
  const leftMs = ((requested - delivered - failed - unresolved) / messagesPerSecond) * 1000;
  return leftMs >= 1000 ? [`${formatElapsed(Math.floor(leftMs / 1000) * 1000)} left`] : [];
}

/** A few lines, each with its end. */
export function renderSummary(summary: DataSummary): string {
  const { requested, accepted, delivered, paid, latencyMs, seed, workers } = summary;
  const target = requested ?? accepted;
  const lines = [
    `Delivered ${formatNumber(delivered)} of ${messages(target)} in ${formatElapsed(summary.elapsedMs)}: ${formatNumber(summary.messagesPerSecond)}/s`,
    ...lossLines(summary),
  ];
  if (delivered > 0) {
    const { p50, p95, p99, max } = latencyMs;
    lines.push(
      `Paid      ${formatNumber(paid.count)} ${paid.count === 1 ? "transaction" : "transactions"}, ${formatNumber(paid.total)} in total`,
      `Latency   ${ms(p50)} for half of them, ${ms(p95)} for 95 %, ${ms(p99)} for 99 %, ${ms(max)} at most`,
    );
  }
  if (summary.firstEventTime !== null) lines.push(`Events    from ${summary.firstEventTime} to ${summary.lastEventTime}`);
  lines.push(`Seed      ${seed}, made by ${workers === 1 ? "one worker" : `${workers} workers`}`);
  return lines.map((line) => `${line}\n`).join("");
}

function lossLines({ requested, accepted, failed, unresolved, errors }: DataSummary): string[] {
  const lines: string[] = [];
  if (requested !== null && accepted < requested) lines.push(`Not sent  ${messages(requested - accepted)}`);
  if (failed > 0) lines.push(`Failed    ${messages(failed)}, certainly not in the topic`);
  if (unresolved > 0) lines.push(`Unknown   ${messages(unresolved)}, in the topic or not: no answer came in time`);
  for (const { code, message, count } of errors) lines.push(`          ${formatNumber(count)} × ${message} (${code})`);
  return lines;
}

function messages(count: number): string {
  return `${formatNumber(count)} ${count === 1 ? "message" : "messages"}`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
