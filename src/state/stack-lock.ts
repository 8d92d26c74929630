/** Whoever changes a stack holds its folder's lock, and says so where it has to wait. */

import { access, constants, rmdir, stat } from "node:fs/promises";
import { isDiskFull, StreamctlError, systemCode } from "../core/errors.ts";
import { readHolder, withLock } from "../core/lock.ts";
import { nameOfUser } from "../core/process.ts";
import type { Log } from "../core/log.ts";
import type { StateFolder } from "./state-folder.ts";

/** Longest wait for another `up` or `down` on the same folder, in milliseconds. */
const lockTimeoutMs = 10 * 60_000;

export interface StackLockContext {
  readonly folder: StateFolder;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Runs `work` while holding the lock. @throws StreamctlError `locked`, `interrupted`; what `work` throws passes through */
export async function withStackLock<T>({ folder, log, signal }: StackLockContext, work: () => Promise<T>): Promise<T> {
  const onWait = (pid: number): void => log.info(`Waiting for process ${pid}, which works on the same stack`);
  await requireWritable(folder.root);
  return await withLock(folder.lockFile, { signal, timeoutMs: lockTimeoutMs, onWait }, work);
}

/** @throws StreamctlError `permission` for a folder in which this user may not write, naming its owner */
async function requireWritable(root: string): Promise<void> {
  try {
    await access(root, constants.W_OK);
  } catch (error) {
    // One that is not there is made; a disk that is read-only says so by itself.
    if (systemCode(error) !== "EACCES") return;
    const owner = await nameOfUser((await stat(root)).uid);
    throw new StreamctlError("permission", `State folder "${root}" belongs to ${owner}, and this user may not change it`, {
      hint: `Type the same as ${owner}, or use a folder of your own: --state-dir DIR`,
    });
  }
}

/** As `withStackLock`, for work that makes room: on a disk too full for the lock, where nobody holds it, it goes on without one. */
export async function withStackLockOrNoRoom<T>(context: StackLockContext, work: () => Promise<T>): Promise<T> {
  let begun = false;
  try {
    return await withStackLock(context, async () => {
      begun = true;
      return await work();
    });
  } catch (error) {
    if (begun || !isDiskFull(error) || (await readHolder(context.folder.lockFile))) throw error;
    context.log.warn("No room is left on the disk of the state folder: nothing is written there");
    const result = await work();
    await rmdir(context.folder.root).catch(() => {});
    return result;
  }
}
