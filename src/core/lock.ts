/**
 * Locks that end with the process that holds them. A lock is a folder with one empty file whose name says who holds it. Renaming a folder of
 * one's own onto it succeeds only where it is missing or empty, so taking it is one step of the kernel's. The file of a holder that is gone
 * is removed by its name, which no other process ever has: nobody can remove, by mistake, the lock of whoever was faster.
 */

import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { withRoom } from "./disk.ts";
import { StreamctlError, systemCode } from "./errors.ts";
import { readIfExists } from "./files.ts";
import { numberAt, parseJson, stringAt } from "./json.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "./process.ts";
import { pollUntil } from "./wait.ts";

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time to wait for the holder, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once, when another process turns out to hold the lock. */
  readonly onWait: (holderPid: number) => void;
}

/**
 * Holds the lock at `path` while `work` runs. A holder is known by its identity, so the lock of a process that died is taken over at once
 * and a reused pid is not mistaken for the holder.
 *
 * @throws StreamctlError `locked` when the holder keeps it beyond the deadline, `no-space`
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const self = await identifyProcess(process.pid);
  if (!self) throw new StreamctlError("internal", "Cannot identify this process: /proc is not readable");
  const claim = nameOf(self);
  let said = false;
  const take = async (): Promise<true | undefined> => {
    const holder = await readHolder(path);
    if (!holder) return (await claimed(path, claim)) ? true : undefined;
    if (!said) options.onWait(holder.pid);
    said = true;
    return undefined;
  };
  try {
    await pollUntil(take, { timeoutMs: options.timeoutMs, signal: options.signal, what: "the lock", maxIntervalMs: 100 });
  } catch (error) {
    if (!(error instanceof StreamctlError && error.code === "timeout")) throw error;
    const holder = await readHolder(path);
    throw new StreamctlError("locked", `Cannot lock "${path}": process ${holder?.pid ?? "?"} still holds it`, {
      hint: "Wait for the other streamctl, or stop it",
    });
  }
  try {
    await removeDrafts(path);
    return await work();
  } finally {
    await rm(join(path, claim), { force: true });
    await rmdir(path).catch(() => {}); // Taken by another process already.
    // A folder that was made for the lock alone goes with it.
    await rmdir(dirname(path)).catch(() => {});
  }
}

/** The live holder of a lock; undefined where nobody holds it. */
export async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
  for (const holder of await holdersOf(path)) if (await isRunning(holder)) return holder;
  return undefined;
}

async function holdersOf(path: string): Promise<readonly ProcessIdentity[]> {
  const names = await namesIn(path);
  const holders = names === undefined ? [await readFormer(path)] : names.map(parseName);
  return holders.filter((holder) => holder !== undefined);
}

/** Takes a lock that nobody alive holds; false where another process is faster. */
async function claimed(path: string, claim: string): Promise<boolean> {
  const draft = `${path}.${claim}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await withRoom(path, async () => {
      await mkdir(draft);
      await writeFile(join(draft, claim), "");
    });
    await removeDead(path);
    await rename(draft, path);
    return true;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Somebody holds it by now, or took the empty folder around it away in this very moment: the next look tells.
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR", "ENOENT"].includes(systemCode(error) ?? "")) return false;
    throw error;
  }
}

async function removeDead(path: string): Promise<void> {
  const names = await namesIn(path);
  if (names === undefined) {
    const former = await readFormer(path);
    // This removes no folder, which may stand there by now.
    if (!former || !(await isRunning(former))) await unlink(path).catch(() => {});
    return;
  }
  for (const name of names) {
    const holder = parseName(name);
    if (holder && !(await isRunning(holder))) await rm(join(path, name), { force: true });
  }
}

/** What processes left that were killed while they tried to take the lock. */
async function removeDrafts(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const entry of (await namesIn(dirname(path))) ?? []) {
    const holder = entry.startsWith(prefix) ? parseName(entry.slice(prefix.length)) : undefined;
    if (holder && !(await isRunning(holder))) await rm(join(dirname(path), entry), { recursive: true, force: true });
  }
}

/** Names in a folder, none where it is missing; undefined for a file. */
async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    if (systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** A name that no other claim has, of this process or another one. */
function nameOf({ pid, startTicks, bootId }: ProcessIdentity): string {
  return `${pid}.${startTicks}.${bootId}.${randomBytes(4).toString("hex")}`;
}

function parseName(name: string): ProcessIdentity | undefined {
  const [, pid, startTicks, bootId] = /^(\d+)\.(\d+)\.([\w-]+)\.[0-9a-f]{8}$/u.exec(name) ?? [];
  return bootId === undefined ? undefined : { pid: Number(pid), startTicks: Number(startTicks), bootId };
}

/** Holder of a lock that was a file, as versions before this one made it; undefined for any other text, and for a folder. */
async function readFormer(path: string): Promise<ProcessIdentity | undefined> {
  const json = parseJson((await readIfExists(path).catch(() => undefined)) ?? "");
  const [pid, startTicks, bootId] = [numberAt(json, "pid"), numberAt(json, "startTicks"), stringAt(json, "bootId")];
  return pid === undefined || startTicks === undefined || bootId === undefined ? undefined : { pid, startTicks, bootId };
}
