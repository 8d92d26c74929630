/** Describes how a service ended: the error with exit code or signal, the cause from disk and log, and a hint. */

import { constants } from "node:os";
import { describeDisk, isNearlyFull } from "../core/disk.ts";
import { StreamctlError } from "../core/errors.ts";
import { reportsDiskFull, reportsOutOfMemory } from "../core/program-messages.ts";
import { logExcerpt, logExcerptLines } from "./log-excerpt.ts";
import type { Runtime, ServiceEnd } from "./runtime.ts";
import type { ServiceIdentity, ServiceName } from "../state/service-identity.ts";

/** Shells, container engines and JVMs report a signal as exit code 128 + number. */
export function endOfExitCode(exitCode: number, outOfMemory: boolean): ServiceEnd {
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  return signal === undefined ? { exitCode, signal: null, outOfMemory } : { exitCode: null, signal, outOfMemory };
}

/** Signals that other processes send; the log does not explain them. */
const externalSignals: ReadonlySet<string> = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]);

/** Such as `exit code 1` or `killed by SIGKILL`. Pure. */
export function describeEnd(end: ServiceEnd | undefined): string {
  if (end === undefined) return "exit code unknown";
  if (end.outOfMemory) return "killed by the system, probably for lack of memory";
  if (end.signal !== null) return `killed by ${end.signal}`;
  return `exit code ${end.exitCode ?? "unknown"}`;
}

/** Why a service exited. */
export interface KnownCause {
  readonly kind: "disk" | "memory";
  /** Such as `its disk is full: "/data" (500.0 GB, 0.0 GB free)`. */
  readonly text: string;
}

/**
 * Why a service exited, according to its disk and its log; undefined if they do not tell. @param excerpt of its log, if the caller has read it
 */
export async function knownCause(name: ServiceName, runtime: Runtime, excerpt?: readonly string[]): Promise<KnownCause | undefined> {
  // Ignore errors here: they must not hide the exit of the service.
  const disk = await runtime.diskOf(name).catch(() => undefined);
  const size = disk === undefined ? "" : `: ${describeDisk(disk)}`;
  if (disk !== undefined && isNearlyFull(disk)) return { kind: "disk", text: `its disk is full${size}` };
  const lines = excerpt ?? (await excerptOf(name, runtime));
  if (lines.some((line) => reportsDiskFull(line))) return { kind: "disk", text: `its disk was full${size}` };
  const memory = lines.find(reportsOutOfMemory);
  return memory === undefined ? undefined : { kind: "memory", text: memory };
}

/** @param when such as `after it was ready` */
export async function exitError(name: ServiceName, identity: ServiceIdentity, when: string, runtime: Runtime): Promise<StreamctlError> {
  const end = await runtime.endOf(identity).catch(() => undefined);
  const killedFromOutside = externalSignals.has(end?.signal ?? "");
  const lines = killedFromOutside ? [] : await excerptOf(name, runtime);
  const cause = killedFromOutside ? undefined : await knownCause(name, runtime, lines);
  const why = cause?.kind === "disk" ? `; ${cause.text}` : "";
  return new StreamctlError(why === "" ? "service-failed" : "no-space", `${name} exited unexpectedly ${when}: ${describeEnd(end)}${why}`, {
    detail: lines.join("\n"),
    hint: hintFor(name, end?.outOfMemory === true ? "memory" : cause?.kind),
  });
}

/** Excerpt of a service log; empty if the log cannot be read. */
export async function excerptOf(name: ServiceName, runtime: Runtime): Promise<readonly string[]> {
  return logExcerpt((await runtime.tailLog(name, logExcerptLines).catch(() => undefined)) ?? []);
}

/** Hint for a service that exited unexpectedly. */
export function hintFor(name: ServiceName, cause: KnownCause["kind"] | undefined): string {
  switch (cause) {
    case "disk":
      return "Free some disk space, then run: streamctl up. To delete this stack with its data: streamctl down --volumes";
    case "memory":
      return "Free some memory (streamctl doctor shows how much is available) or start fewer services with --only, then run: streamctl up";
    default:
      return `Run: streamctl up (see the log with: streamctl logs ${name})`;
  }
}
