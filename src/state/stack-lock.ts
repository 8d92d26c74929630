/** The lock of a state folder, held by every command that changes the stack. */

import { access, constants, rmdir, stat } from "node:fs/promises";
import { isDiskFull, StreamctlError, systemCode } from "../core/errors.ts";
import { readHolder, withLock } from "../core/lock.ts";
import { nameOfUser } from "../core/process.ts";
import type { Log } from "../core/log.ts";
import type { StateFolder } from "./state-folder.ts";

/** Maximum wait for another `up` or `down` on the same folder, in milliseconds. */
const lockTimeoutMs = 10 * 60_000;

export interface StackLockContext {
  readonly folder: StateFolder;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` while holding the lock; logs when it has to wait for another process. @throws StreamctlError `locked`, `interrupted`; what
 * `work` throws passes through
 */
export async function withStackLock<T>({ folder, log, signal }: StackLockContext, work: () => Promise<T>): Promise<T> {
  const onWait = (pid: number): void => log.info(`Waiting for process ${pid}, which is using the same stack`);
  await requireWritable(folder.root);
  return await withLock(folder.lockFile, { signal, timeoutMs: lockTimeoutMs, onWait }, work);
}

/** @throws StreamctlError `permission`, naming the owner, for a folder that this user may not write to */
async function requireWritable(root: string): Promise<void> {
  try {
    await access(root, constants.W_OK);
  } catch (error) {
    // A missing folder is created later; a read-only file system has its own error.
    if (systemCode(error) !== "EACCES") return;
    const owner = await nameOfUser((await stat(root)).uid);
    throw new StreamctlError("permission", `State folder "${root}" belongs to ${owner} and is not writable by this user`, {
      hint: `Run the same command as ${owner}, or use your own folder: --state-dir DIR`,
    });
  }
}

/**
 * As `withStackLock`, for work that frees disk space: if the disk is too full to create the lock and no process holds it, runs without it.
 */
export async function withStackLockUnlessDiskFull<T>(context: StackLockContext, work: () => Promise<T>): Promise<T> {
  let started = false;
  try {
    return await withStackLock(context, async () => {
      started = true;
      return await work();
    });
  } catch (error) {
    if (started || !isDiskFull(error) || (await readHolder(context.folder.lockFile))) throw error;
    context.log.warn("The disk of the state folder is full: working without its lock");
    const result = await work();
    await rmdir(context.folder.root).catch(() => {});
    return result;
  }
}
