/** One hand on the stack: whoever changes it holds its folder's lock, and says so where it has to wait. */

import { withLock } from "../core/files.ts";
import type { PipelineContext } from "./context.ts";

/** Longest wait for another `up` or `down` on the same folder, in milliseconds. */
const lockTimeoutMs = 10 * 60_000;

/** Runs `work` while holding the lock. @throws StreamctlError `locked`, `interrupted`; what `work` throws passes through */
export async function withStackLock<T>({ folder, log, signal }: PipelineContext, work: () => Promise<T>): Promise<T> {
  const onWait = (pid: number): void => log.info(`Waiting for process ${pid}, which works on the same stack`);
  return await withLock(folder.lockFile, { signal, timeoutMs: lockTimeoutMs, onWait }, work);
}
