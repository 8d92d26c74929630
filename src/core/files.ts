/** Files that appear whole or not at all, and locks that end with the process that holds them. */

import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { withRoom } from "./disk.ts";
import { StreamctlError, systemCode } from "./errors.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "./process.ts";
import { pollUntil } from "./wait.ts";

/** Writes a file by rename, so that a reader sees the old text or the new one and nothing between. @throws StreamctlError `no-space` */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await withRoom(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(draft, text);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  });
}

/** Text of a file; undefined where there is none. */
export async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time to wait for the holder, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once, when another process turns out to hold the lock. */
  readonly onWait: (holderPid: number) => void;
}

/**
 * Holds the lock at `path` while `work` runs. The file names its holder by identity, so the lock of a process that died is
 * taken over at once and a reused pid is not mistaken for the holder.
 *
 * @throws StreamctlError `locked` when the holder keeps it beyond the deadline.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const self = await identifyProcess(process.pid);
  if (!self) throw new StreamctlError("internal", "Cannot identify this process: /proc is not readable");
  let said = false;
  const take = async (): Promise<true | undefined> => {
    if (await tryLock(path, self)) return true;
    const holder = await readHolder(path);
    if (holder && !said) {
      said = true;
      options.onWait(holder.pid);
    }
    return undefined;
  };
  try {
    await pollUntil(take, { timeoutMs: options.timeoutMs, signal: options.signal, what: "the lock", maxIntervalMs: 100 });
  } catch (error) {
    const holder = await readHolder(path);
    if (error instanceof StreamctlError && error.code === "timeout") {
      throw new StreamctlError("locked", `Cannot lock "${path}": process ${holder?.pid ?? "?"} still holds it`, {
        hint: "Wait for the other streamctl, or stop it",
      });
    }
    throw error;
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
    // A folder that was made for the lock alone goes with it.
    await rmdir(dirname(path)).catch(() => {});
  }
}

/** The live holder of a lock; undefined where nobody holds it. */
export async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
  const holder = parseHolder(await readIfExists(path));
  return holder && (await isRunning(holder)) ? holder : undefined;
}

async function tryLock(path: string, self: ProcessIdentity): Promise<boolean> {
  const draft = `${path}.${self.pid}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await withRoom(path, async () => await writeFile(draft, JSON.stringify(self)));
  } catch (error) {
    await rm(draft, { force: true });
    // The last holder took the empty folder away in this very moment: the next look makes it again.
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
  try {
    if (await linked(draft, path)) return true;
    const text = await readIfExists(path);
    const holder = parseHolder(text);
    if (text === undefined || (holder && (await isRunning(holder)))) return false;
    // Its holder is gone. Take the stale file aside; if it changed meanwhile, it is a live lock: give it back.
    const aside = `${draft}.stale`;
    await rename(path, aside).catch(() => {});
    const taken = await readIfExists(aside);
    if (taken !== undefined && taken !== text) await linked(aside, path);
    await rm(aside, { force: true });
    return await linked(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Gives a file a second name; false where that name is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST" || systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

function parseHolder(text: string | undefined): ProcessIdentity | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
