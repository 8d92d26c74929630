/**
 * Locks that end with the process that holds them. A lock is a folder with one empty file whose name identifies the holder. A process takes
 * the lock by renaming its own folder onto the path, which is atomic and succeeds only where the path does not exist or is an empty folder.
 * The file of a dead holder is removed by its name, which is unique, so a process never removes the lock that another one has just taken.
 */

import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { withDiskSpace } from "./disk.ts";
import { StreamctlError, systemCode } from "./errors.ts";
import { readIfExists } from "./files.ts";
import { numberAt, parseJson, stringAt } from "./json.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "./process.ts";
import { pollUntil } from "./wait.ts";

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Maximum wait for the holder, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once, when another process holds the lock. */
  readonly onWait: (holderPid: number) => void;
}

/**
 * Holds the lock at `path` while `work` runs. The lock of a dead process is taken over immediately; a reused pid is not mistaken for the
 * holder.
 *
 * @throws StreamctlError `locked` when the holder still has it after the timeout, `no-space`
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const self = await identifyProcess(process.pid);
  if (!self) throw new StreamctlError("internal", "Cannot identify this process: /proc is not readable");
  const claim = nameOf(self);
  let reported = false;
  const take = async (): Promise<true | undefined> => {
    const holder = await readHolder(path);
    if (!holder) return (await claimed(path, claim)) ? true : undefined;
    if (!reported) options.onWait(holder.pid);
    reported = true;
    return undefined;
  };
  try {
    await pollUntil(take, { timeoutMs: options.timeoutMs, signal: options.signal, what: "the lock", maxIntervalMs: 100 });
  } catch (error) {
    if (!(error instanceof StreamctlError && error.code === "timeout")) throw error;
    const holder = await readHolder(path);
    throw new StreamctlError("locked", `Cannot lock "${path}": process ${holder?.pid ?? "?"} still holds the lock`, {
      hint: "Wait for the other streamctl, or stop it",
    });
  }
  try {
    await removeDrafts(path);
    return await work();
  } finally {
    await rm(join(path, claim), { force: true });
    await rmdir(path).catch(() => {}); // Fails when another process has already taken it.
    // Also remove the state folder if it was created for the lock and is empty.
    await rmdir(dirname(path)).catch(() => {});
  }
}

/** The process that holds a lock; undefined when the lock is free. */
export async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
  for (const holder of await holdersOf(path)) if (await isRunning(holder)) return holder;
  return undefined;
}

async function holdersOf(path: string): Promise<readonly ProcessIdentity[]> {
  const names = await namesIn(path);
  const holders = names === undefined ? [await readFormer(path)] : names.map(parseName);
  return holders.filter((holder) => holder !== undefined);
}

/** Takes a lock without a live holder; false if another process took it first. */
async function claimed(path: string, claim: string): Promise<boolean> {
  const draft = `${path}.${claim}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await withDiskSpace(path, async () => {
      await mkdir(draft);
      await writeFile(join(draft, claim), "");
    });
    await removeDead(path);
    await rename(draft, path);
    return true;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process has taken the lock, or removed the empty parent folder: the caller polls again.
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR", "ENOENT"].includes(systemCode(error) ?? "")) return false;
    throw error;
  }
}

async function removeDead(path: string): Promise<void> {
  const names = await namesIn(path);
  if (names === undefined) {
    const former = await readFormer(path);
    // unlink() cannot remove the folder by which another process may have taken the lock meanwhile.
    if (!former || !(await isRunning(former))) await unlink(path).catch(() => {});
    return;
  }
  for (const name of names) {
    const holder = parseName(name);
    if (holder && !(await isRunning(holder))) await rm(join(path, name), { force: true });
  }
}

/** Removes the drafts of processes that were killed while they took the lock. */
async function removeDrafts(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const entry of (await namesIn(dirname(path))) ?? []) {
    const holder = entry.startsWith(prefix) ? parseName(entry.slice(prefix.length)) : undefined;
    if (holder && !(await isRunning(holder))) await rm(join(dirname(path), entry), { recursive: true, force: true });
  }
}

/** Names in a folder; empty when it does not exist, undefined for a file. */
async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    if (systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** A name that is unique to this claim. */
function nameOf({ pid, startTicks, bootId }: ProcessIdentity): string {
  return `${pid}.${startTicks}.${bootId}.${randomBytes(4).toString("hex")}`;
}

function parseName(name: string): ProcessIdentity | undefined {
  const [, pid, startTicks, bootId] = /^(\d+)\.(\d+)\.([\w-]+)\.[0-9a-f]{8}$/u.exec(name) ?? [];
  return bootId === undefined ? undefined : { pid: Number(pid), startTicks: Number(startTicks), bootId };
}

/** Holder of a lock file, as earlier versions wrote it; undefined for any other text, and for a folder. */
async function readFormer(path: string): Promise<ProcessIdentity | undefined> {
  const json = parseJson((await readIfExists(path).catch(() => undefined)) ?? "");
  const [pid, startTicks, bootId] = [numberAt(json, "pid"), numberAt(json, "startTicks"), stringAt(json, "bootId")];
  return pid === undefined || startTicks === undefined || bootId === undefined ? undefined : { pid, startTicks, bootId };
}
