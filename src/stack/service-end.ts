/** How a service ended, in the words of an error: who, how, what its log says of it, and what to do. */

import { constants } from "node:os";
import { StreamctlError } from "../core/errors.ts";
import { logExcerpt, logExcerptLines } from "./log-excerpt.ts";
import type { Runtime, ServiceEnd, ServiceIdentity } from "./runtime.ts";
import type { ServiceName } from "./service.ts";

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

/** @param when such as `while the stack was provisioned` */
export async function diedError(name: ServiceName, identity: ServiceIdentity, when: string, runtime: Runtime): Promise<StreamctlError> {
  const end = await runtime.endOf(identity);
  const bySomebody = sent.has(end?.signal ?? "");
  const lines = bySomebody ? [] : logExcerpt((await runtime.tailLog(name, logExcerptLines)) ?? []);
  const outOfMemory = end?.outOfMemory === true || lines.some((line) => line.includes("OutOfMemoryError"));
  return new StreamctlError("service-failed", `${name} died ${when}: its process ${describeEnd(end)}`, {
    detail: lines.join("\n"),
    hint: outOfMemory
      ? "Free some memory (streamctl doctor shows how much is left), or start a part of the stack with --only; then type: streamctl up"
      : `Start it again with: streamctl up; see its log with: streamctl logs ${name}`,
  });
}
