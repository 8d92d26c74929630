/** Ends processes: SIGTERM first, SIGKILL after a timeout. */

import { hasCode } from "./errors.ts";
import { isRunning, type ProcessIdentity, signalProcess, signalWithChildren } from "./process.ts";
import { pollUntil } from "./wait.ts";

/** Maximum wait for a killed process to disappear, in milliseconds. */
const killTimeoutMs = 10_000;

export interface EndOptions {
  /** Time between SIGTERM and SIGKILL, in milliseconds. */
  readonly timeoutMs: number;
  /** The process in messages, as in `Timed out after 10 s waiting for <what> to stop`. */
  readonly what: string;
  /** Called before SIGKILL. */
  readonly onKill?: () => void;
}

/** Ends exactly this process and returns once it has ended. @throws StreamctlError `permission` for another user's process, `timeout` */
export async function endProcess(identity: ProcessIdentity, { timeoutMs, what, onKill }: EndOptions): Promise<void> {
  // A stopped (SIGSTOP) process receives SIGTERM only after SIGCONT.
  await signalProcess(identity, "SIGTERM");
  await signalWithChildren(identity, "SIGCONT");
  if (await hasEnded(identity, timeoutMs, what)) return;
  onKill?.();
  await signalProcess(identity, "SIGKILL");
  await awaitEnd(identity, what);
}

/**
 * Kills exactly this process and its children, and returns once it has ended. @returns false when it had already ended
 *
 * @throws StreamctlError `permission` for another user's process, `timeout`
 */
export async function killProcess(identity: ProcessIdentity, what: string): Promise<boolean> {
  const killed = await signalWithChildren(identity, "SIGKILL");
  await awaitEnd(identity, what);
  return killed;
}

async function awaitEnd(identity: ProcessIdentity, what: string): Promise<void> {
  await pollUntil(async () => ((await isRunning(identity)) ? undefined : true), { timeoutMs: killTimeoutMs, what: `${what} to end` });
}

/** Whether a process ends within `withinMs` milliseconds; returns as soon as it has ended. */
export async function hasEnded(identity: ProcessIdentity, withinMs: number, what: string): Promise<boolean> {
  const ended = async (): Promise<true | undefined> => ((await isRunning(identity)) ? undefined : true);
  try {
    return await pollUntil(ended, { timeoutMs: withinMs, what: `${what} to stop`, maxIntervalMs: 100 });
  } catch (error) {
    if (hasCode(error, "timeout")) return false;
    throw error;
  }
}
