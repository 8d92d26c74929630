import { StreamctlError } from "../core/errors.ts";
import { refuse, timeSpan } from "../core/option-text.ts";
import { eventTimeRange, parseEventTimestamp } from "../record/event-timestamp.ts";
import type { Shard } from "./shares.ts";

/** Messages per second; null for `max`. @throws StreamctlError `usage` */
export function messageRate(text: string): number | null {
  if (text === "max") return null;
  const hint = "Write a number of messages per second, or max: --rate 100";
  if (!/^-?\d+(?:\.\d+)?$/u.test(text)) throw refuse("--rate", text, "it is neither a number nor max", hint);
  const rate = Number(text);
  if (rate <= 0) throw refuse("--rate", text, "it is not above 0", hint);
  if (rate < 0.001) throw refuse("--rate", text, "it is less than one message in 1000 seconds", hint);
  if (rate > 1e9) throw refuse("--rate", text, "it is above 1000000000", "To send as fast as possible, write: --rate max");
  return rate;
}

const instant = /^(?<date>\d{4}-\d\d-\d\d)(?:[T ](?<time>\d\d:\d\d:\d\d)(?:\.(?<fraction>\d+))?(?<zone>Z|[+-]\d\d:\d\d)?)?$/u;

/**
 * An instant as milliseconds since the epoch: `2026-01-01T00:00:00Z`, with an offset, without one (UTC), a day, or `now`.
 *
 * @throws StreamctlError `usage`
 */
export function startTime(text: string, nowMs: number): number {
  const hint = "Write a time such as: --start-time 2026-01-01T00:00:00Z";
  if (text === "now") return Math.floor(nowMs);
  const found = instant.exec(text)?.groups;
  if (!found) throw refuse("--start-time", text, "it is not a time", hint);
  const ms = (found["fraction"] ?? "").slice(0, 3).padEnd(3, "0");
  const utcMs = parseEventTimestamp(`${found["date"]} ${found["time"] ?? "00:00:00"}.${ms}`);
  if (utcMs === undefined) throw refuse("--start-time", text, "this date or time does not exist", hint);
  const timeMs = utcMs - offsetMs(found["zone"] ?? "Z");
  if (timeMs < eventTimeRange.firstMs || timeMs > eventTimeRange.lastMs) {
    throw refuse("--start-time", text, "it is not in the years 1970 to 9999", hint);
  }
  return timeMs;
}

function offsetMs(zone: string): number {
  if (zone === "Z") return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(":").map(Number);
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const yearUs = 366 * 86_400_000_000;

/** Time between two events in whole microseconds. @throws StreamctlError `usage` */
export function spacing(text: string): number {
  const objection = (us: number): string | undefined => {
    if (us === 0) return "it must be longer than 0";
    if (!Number.isInteger(us)) return "it is not a whole number of microseconds";
    return us > yearUs ? "it is longer than a year" : undefined;
  };
  return timeSpan({ name: "--spacing", units: ["us", "ms", "s", "m", "h", "d"], example: "10ms", objection }, text);
}

/** `2/5`: the second of five shards. @throws StreamctlError `usage` */
export function shard(text: string): Shard {
  const hint = "Write the number of the shard and the number of shards: --shard 1/5";
  const found = /^(?<number>\d{1,9})\/(?<of>\d{1,9})$/u.exec(text)?.groups;
  if (!found) throw refuse("--shard", text, "it does not have the form I/N", hint);
  const number = Number(found["number"]);
  const of = Number(found["of"]);
  if (of < 1) throw refuse("--shard", text, "the number of shards must be at least 1", hint);
  if (number < 1 || number > of) throw refuse("--shard", text, `the shards are numbered from 1 to ${of}`, hint);
  return { number, of };
}

/** @throws StreamctlError `usage` */
export function users(text: string): "fixed" | "random" {
  if (text === "fixed" || text === "random") return text;
  throw refuse("--users", text, "it is neither fixed nor random", "Write --users fixed for ten users, or --users random for random UUIDs");
}

/** A name that Kafka accepts for a topic. @throws StreamctlError `usage` */
export function topicName(text: string): string {
  const hint = "Use letters, digits, dots, underscores and hyphens, 249 at most: --topic transactions";
  if (text === "") throw refuse("--topic", text, "it is empty", hint);
  if (text === "." || text === "..") throw refuse("--topic", text, "Kafka does not allow this name", hint);
  const odd = /[^\w.-]/u.exec(text)?.[0];
  if (odd !== undefined) throw refuse("--topic", text, `Kafka does not allow "${odd}" in a topic's name`, hint);
  if (text.length > 249) throw refuse("--topic", text, `it is ${text.length} characters long`, hint);
  return text;
}

/** Bootstrap addresses, `host:port` separated by commas. @throws StreamctlError `usage` */
export function brokerList(text: string): string {
  const hint = "Write addresses of brokers: --brokers localhost:9092";
  const brokers = text.split(",").map((broker) => broker.trim());
  for (const broker of brokers) {
    if (broker === "") throw refuse("--brokers", text, "an address is empty", hint);
    if (broker.includes("@")) {
      throw new StreamctlError("usage", "Cannot use credentials in --brokers: every process on this machine can read them", {
        hint: "Write sasl.username and sasl.password to a file: --kafka-config FILE",
      });
    }
    const port = /^(?:\[[^\]]+\]|[^\s:]+)(?::(?<port>\d{1,5}))?$/u.exec(broker.replace(/^\w+:\/\//u, ""));
    if (!port) throw refuse("--brokers", text, `"${broker}" does not have the form host:port`, hint);
    const number = Number(port.groups?.["port"] ?? 9092);
    if (number < 1 || number > 65_535) throw refuse("--brokers", text, `${number} is not a port`, hint);
  }
  return brokers.join(",");
}
