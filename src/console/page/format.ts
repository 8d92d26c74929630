/** Texts of numbers and times. Widths stay the same while a value changes: times have all their digits, and digits are tabular. */

import { formatBytes, formatDuration } from "../../core/units.ts";

/** `1,234,567.25`: all digits of the number, none rounded away. */
export function formatExact(value: number | string): string {
  const text = String(value);
  const [, sign = "", whole = "", rest = ""] = /^(?<sign>-?)(?<whole>\d+)(?<rest>(?:\.\d+)?)$/u.exec(text) ?? [];
  if (whole === "") return text;
  return `${sign}${whole.replaceAll(/\B(?=(?:\d{3})+$)/gu, ",")}${rest}`;
}

/** `12,345` above ten, otherwise one decimal; an en dash for an unknown rate. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return "–";
  return formatExact(perSecond >= 10 || perSecond === 0 ? Math.round(perSecond) : Math.round(perSecond * 10) / 10);
}

/** `1.2k`, `48M`: for axes and other places where space is short. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  for (const [unit, factor] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const)
    if (size >= factor) return `${trim(value / factor)}${unit}`;
  return trim(value);
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}

const pad = (value: number, length = 2): string => String(value).padStart(length, "0");

/** `2026-11-27`, local. */
export function formatDate(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** `14:03:07`, local. */
export function formatClock(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "–" : `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** `14:03:07.123`, local. */
export function formatClockMs(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "–" : `${formatClock(ms)}.${pad(date.getMilliseconds(), 3)}`;
}

/** `2026-11-27 14:03:07.123`, local. */
export function formatTimestamp(ms: number): string {
  return `${formatDate(ms)} ${formatClockMs(ms)}`;
}

/** For `<time datetime>`: ISO 8601 in UTC, or an empty text for a number that is no time. */
export function formatIso(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

/** The value of `<input type="datetime-local" step="1">`, local. */
export function formatLocalInput(ms: number): string {
  return `${formatDate(ms)}T${formatClock(ms)}`;
}

/** Milliseconds of such a value; undefined if it is empty or invalid. */
export function parseLocalInput(text: string): number | undefined {
  const ms = new Date(text).getTime();
  return text === "" || Number.isNaN(ms) ? undefined : ms;
}

/** `Completed checkpoints` of `completedCheckpoints`, without the unit that the value shows. */
export function formatFactName(name: string): string {
  const words = name
    .replace(/(?:At)?Ms$|Bytes$/u, "")
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/gu, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The value of a fact in the unit that its name ends with: `Ms`, `AtMs` or `Bytes`. */
export function formatFact(name: string, value: string | number): string {
  if (typeof value === "string") return value;
  if (name.endsWith("AtMs")) return formatTimestamp(value);
  if (name.endsWith("Ms")) return formatDuration(value);
  return name.endsWith("Bytes") ? formatBytes(value) : formatExact(value);
}
