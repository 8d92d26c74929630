/** Runs with their hashes. A change of these bytes breaks runs that users repeat with the same options. */

import { createHash } from "node:crypto";
import type { RawDataOptions } from "../../src/data/request.ts";

export interface GoldenRun {
  readonly what: string;
  readonly options: RawDataOptions & { readonly count: string };
  /** SHA-256 of the values, one per line, in the order of their index, as `--dry-run` writes them. */
  readonly dryRun: string;
  /** SHA-256 of the sorted lines `key=value`, for a topic, which returns them in any order. */
  readonly topic: string;
}

export const goldenRuns: readonly GoldenRun[] = [
  {
    what: "fixed users",
    options: { count: "5000", seed: "7", startTime: "2026-01-01T00:00:00Z" },
    dryRun: "60def3334fd1bd0b819cd4850bb8ab28b47fbccaa2ea6b7b82d2ee6a7fc3f4c7",
    topic: "12980d3e1751c177db9d54b321f5f1a4685e06249d5e87d29a0bac0268a5ec73",
  },
  {
    what: "random users",
    options: { count: "2000", seed: "7", startTime: "2026-01-01T00:00:00Z", users: "random" },
    dryRun: "c4365f82bbfa867ad3beb751268d4b5cf47ad1e6d527564fae518633652b129e",
    topic: "740464ee72423135edf992ef59acf55fd1a3181ca252dbfa487076b59b3aa638",
  },
  {
    what: "a seed above 2^32, microseconds apart, into the year 2000",
    options: { count: "3000", seed: "4294967299", startTime: "1999-12-31T23:59:59.9Z", spacing: "333us" },
    dryRun: "6c6d47c58a931204c41593334eca9bdd0fc45ed7315e84d2332302f8e3f1828f",
    topic: "07a2b81779f25af6a77c87d8c793a2bab5cc70f80f77dcc291af9b9a0a7fbef4",
  },
  {
    what: "the largest seed and random users, over the leap day of 2104",
    options: { count: "2000", seed: "9007199254740991", startTime: "2104-02-28T23:59:50Z", spacing: "7ms", users: "random" },
    dryRun: "af62fe5aa5b06f59efd025871b81ec7648b6ff8e87b431dc6ddeb44243f880b4",
    topic: "97b7d1a163cd3b40328af7d63498639b838b51978a549bcbcde51432998f9310",
  },
];

/** The run as arguments of a command line. */
export function argumentsOf({ options }: GoldenRun): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name === "startTime" ? "start-time" : name}`, String(value)]);
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The hash of the records of a topic in any order. @param records lines `key=value` */
export function topicHash(records: readonly string[]): string {
  return sha256(records.toSorted().join("\n"));
}
