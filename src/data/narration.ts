/** A run of `data` as a person reads it. Pure: values to text. */

import type { DataProgress } from "./progress.ts";
import type { DataSummary } from "./summary.ts";

/** One line without its end, for a terminal that shows it again and again. */
export function renderProgress(progress: DataProgress): string {
  const { requested, accepted, delivered, failed, unresolved, elapsedMs, messagesPerSecond } = progress;
  const inFlight = accepted - delivered - failed - unresolved;
  return [
    `${grouped(delivered)}${requested === null ? "" : ` of ${grouped(requested)}`} delivered`,
    `${grouped(messagesPerSecond)}/s`,
    ...(inFlight > 0 ? [`${grouped(inFlight)} in flight`] : []),
    ...(failed > 0 ? [`${grouped(failed)} failed`] : []),
    seconds(elapsedMs),
    ...remaining(progress),
  ].join(" · ");
}

/** How long it goes on at the present rate; of the last second nothing is said. */
function remaining({ requested, delivered, failed, unresolved, messagesPerSecond }: DataProgress): string[] {
  if (requested === null || messagesPerSecond === 0) return [];
  const leftMs = ((requested - delivered - failed - unresolved) / messagesPerSecond) * 1000;
  return leftMs >= 1000 ? [`${seconds(Math.floor(leftMs / 1000) * 1000)} left`] : [];
}

/** A few lines, each with its end. */
export function renderSummary(summary: DataSummary): string {
  const { requested, accepted, delivered, paid, latencyMs, seed, workers } = summary;
  const target = requested ?? accepted;
  const lines = [
    `Delivered ${grouped(delivered)} of ${messages(target)} in ${seconds(summary.elapsedMs)}: ${grouped(summary.messagesPerSecond)}/s`,
    ...lossLines(summary),
  ];
  if (delivered > 0) {
    const { p50, p95, p99, max } = latencyMs;
    lines.push(
      `Paid      ${grouped(paid.count)} ${paid.count === 1 ? "transaction" : "transactions"}, ${grouped(paid.total)} in total`,
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
  for (const { code, message, count } of errors) lines.push(`          ${grouped(count)} × ${message} (${code})`);
  return lines;
}

function messages(count: number): string {
  return `${grouped(count)} ${count === 1 ? "message" : "messages"}`;
}

/** `1,234,567`; below ten with one decimal, where there is one. */
function grouped(value: number): string {
  const rounded = value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
  return String(rounded).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",");
}

function seconds(elapsedMs: number): string {
  if (elapsedMs < 1000) return `${Math.round(elapsedMs)} ms`;
  if (elapsedMs < 60_000) return `${(elapsedMs / 1000).toFixed(elapsedMs < 10_000 ? 2 : 1).replace(/\.0+$/u, "")} s`;
  const whole = Math.floor(elapsedMs / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
