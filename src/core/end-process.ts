/** Ends processes: asks first, kills after a time. */

import { hasCode } from "./errors.ts";
import { isRunning, type ProcessIdentity, signalProcess } from "./process.ts";
import { pollUntil } from "./wait.ts";

/** Longest time for a killed process to be gone, in milliseconds. */
const killTimeoutMs = 10_000;

export interface EndOptions {
  /** Time for it to end when asked to, in milliseconds. */
  readonly timeoutMs: number;
  /** What ends, as in `Cannot wait for <what> to stop`. */
  readonly what: string;
  /** Called before it is killed. */
  readonly onKill?: () => void;
}

/** Ends exactly this process, and returns when it is gone. @throws StreamctlError `permission` for one of another user, `timeout` */
export async function endProcess(identity: ProcessIdentity, { timeoutMs, what, onKill }: EndOptions): Promise<void> {
  // A stopped (SIGSTOP) process would keep SIGTERM waiting for ever.
  await signalProcess(identity, "SIGTERM");
  await signalProcess(identity, "SIGCONT");
  if (await hasEnded(identity, timeoutMs, what)) return;
  onKill?.();
  await signalProcess(identity, "SIGKILL");
  await pollUntil(async () => ((await isRunning(identity)) ? undefined : true), { timeoutMs: killTimeoutMs, what: `${what} to end` });
}

/** Whether a process ends by itself within a time in milliseconds; answers as soon as it has. */
export async function hasEnded(identity: ProcessIdentity, withinMs: number, what: string): Promise<boolean> {
  const ended = async (): Promise<true | undefined> => ((await isRunning(identity)) ? undefined : true);
  try {
    return await pollUntil(ended, { timeoutMs: withinMs, what: `${what} to stop`, maxIntervalMs: 100 });
  } catch (error) {
    if (hasCode(error, "timeout")) return false;
    throw error;
  }
}
