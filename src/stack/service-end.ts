/** How a service ended, in the words of an error: who, how, what its log says of it, and what to do. */

import { constants } from "node:os";
import { describeDisk, isNearlyFull } from "../core/disk.ts";
import { StreamctlError } from "../core/errors.ts";
import { reportsDiskFull, reportsOutOfMemory } from "../core/program-messages.ts";
import { logExcerpt, logExcerptLines } from "./log-excerpt.ts";
import type { Runtime, ServiceEnd } from "./runtime.ts";
import type { ServiceIdentity, ServiceName } from "../state/service-identity.ts";

/** A shell, an engine of containers and a JVM that was asked to stop tell a signal by an exit code above 128. */
export function endOfExitCode(exitCode: number, outOfMemory: boolean): ServiceEnd {
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  return signal === undefined ? { exitCode, signal: null, outOfMemory } : { exitCode: null, signal, outOfMemory };
}

/** Signals that somebody sends. A log has nothing to say about them. */
const sent: ReadonlySet<string> = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]);

/** A clause such as `was killed by SIGKILL`. Pure. */
export function describeEnd(end: ServiceEnd | undefined): string {
  if (end === undefined) return "ended";
  if (end.outOfMemory) return "was killed by the system, probably for lack of memory";
  if (end.signal !== null) return `was killed by ${end.signal}`;
  return `ended with exit code ${end.exitCode ?? "unknown"}`;
}

/** Why a service that runs no more has ended. */
export interface KnownCause {
  readonly kind: "disk" | "memory";
  /** A clause such as `its disk is full: "/data" (500.0 GB, 0.0 GB free)`. */
  readonly text: string;
}

/** What disk and log of a service that runs no more tell of its end; undefined where they tell nothing. */
export async function knownCause(name: ServiceName, runtime: Runtime): Promise<KnownCause | undefined> {
  // What cannot be asked about an end tells nothing, and must not take its place.
  const disk = await runtime.diskOf(name).catch(() => undefined);
  const size = disk === undefined ? "" : `: ${describeDisk(disk)}`;
  if (disk !== undefined && isNearlyFull(disk)) return { kind: "disk", text: `its disk is full${size}` };
  const lines = await excerptOf(name, runtime);
  if (lines.some((line) => reportsDiskFull(line))) return { kind: "disk", text: `its disk was full${size}` };
  const memory = lines.find(reportsOutOfMemory);
  return memory === undefined ? undefined : { kind: "memory", text: memory };
}

/** @param when such as `after it was ready` */
export async function diedError(name: ServiceName, identity: ServiceIdentity, when: string, runtime: Runtime): Promise<StreamctlError> {
  const end = await runtime.endOf(identity).catch(() => undefined);
  const bySomebody = sent.has(end?.signal ?? "");
  const lines = bySomebody ? [] : await excerptOf(name, runtime);
  const cause = bySomebody ? undefined : await knownCause(name, runtime);
  const why = cause?.kind === "disk" ? `; ${cause.text}` : "";
  return new StreamctlError(why === "" ? "service-failed" : "no-space", `${name} died ${when}: its process ${describeEnd(end)}${why}`, {
    detail: lines.join("\n"),
    hint: hintFor(name, end?.outOfMemory === true ? "memory" : cause?.kind),
  });
}

/** What a service's log says of its end; nothing where the log cannot be read. */
export async function excerptOf(name: ServiceName, runtime: Runtime): Promise<readonly string[]> {
  return logExcerpt((await runtime.tailLog(name, logExcerptLines).catch(() => undefined)) ?? []);
}

/** What to do about a service that died. */
export function hintFor(name: ServiceName, cause: KnownCause["kind"] | undefined): string {
  switch (cause) {
    case "disk":
      return "Free some room there, then type: streamctl up; streamctl down --volumes deletes this stack with its data";
    case "memory":
      return "Free some memory (streamctl doctor shows how much is left), or start a part of the stack with --only; then type: streamctl up";
    default:
      return `Start it again with: streamctl up; see its log with: streamctl logs ${name}`;
  }
}
