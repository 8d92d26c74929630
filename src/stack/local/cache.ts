/**
 * The user's cache of downloads: engines' jars and Python environments. A folder in the cache is complete, because it is created by rename.
 * It is still checked against its manifest, because cleanup tools may delete single files.
 */

import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { StreamctlError, systemCode } from "../../core/errors.ts";
import { readIfExists } from "../../core/files.ts";
import { isObject, parseJson } from "../../core/json.ts";
import { withLock } from "../../core/lock.ts";
import type { Log } from "../../core/log.ts";
import { formatSeconds } from "../../core/units.ts";

export interface CacheContext {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Created if it does not exist. */
  readonly cacheDir: string;
}

export interface CacheEntry {
  /** Path relative to the cache; its name contains a hash of its inputs. */
  readonly path: string;
  /** Name in messages: `Kafka 4.3.1`. */
  readonly label: string;
  /** Peak disk usage of `fill`, in bytes. */
  readonly diskBytes: number;
  /** Writes the entry into an empty folder, which is renamed afterwards. */
  readonly fill: (draft: string) => Promise<void>;
}

/** Whether the cache contains a complete entry. */
export async function isCached(cacheDir: string, path: string): Promise<boolean> {
  return (await missingFile(join(cacheDir, path))) === undefined;
}

/**
 * Adds the missing entries to the cache, one after another, holding the cache's lock.
 *
 * @throws StreamctlError `no-space`, `state` for a cache that is not writable, and errors of `fill`
 */
export async function fillCache(entries: readonly CacheEntry[], context: CacheContext): Promise<void> {
  const { cacheDir, log, signal } = context;
  const missing: CacheEntry[] = [];
  for (const entry of entries) if (!(await isCached(cacheDir, entry.path))) missing.push(entry);
  if (missing.length === 0) return;
  await requireSpace(cacheDir, missing);
  const onWait = (pid: number): void => log.info(`Waiting for process ${pid}, which is filling the cache`);
  await withLock(join(cacheDir, "lock"), { signal, timeoutMs: 30 * 60_000, onWait }, async () => {
    await removeDrafts(cacheDir);
    for (const entry of missing) await fillEntry(entry, context);
  });
}

async function fillEntry({ path, label, diskBytes, fill }: CacheEntry, { cacheDir, log }: CacheContext): Promise<void> {
  const home = join(cacheDir, path);
  const missing = await missingFile(home);
  if (missing === undefined) return; // Another process has added it.
  if (missing !== home) log.warn(`${label} in the cache is incomplete (${basename(missing)} is missing or damaged): downloading it again`);
  const draft = join(cacheDir, `${draftPrefix}${basename(path)}-${process.pid}`);
  try {
    await mkdir(draft, { recursive: true });
    const startedAt = performance.now();
    await fill(draft);
    await writeFile(join(draft, manifestName), JSON.stringify(await listFiles(draft)));
    await rm(home, { recursive: true, force: true });
    await mkdir(dirname(home), { recursive: true });
    await rename(draft, home);
    log.success(`${label} resolved in ${formatSeconds(performance.now() - startedAt)}`);
  } catch (error) {
    if (systemCode(error) === "ENOSPC") throw noSpace(cacheDir, diskBytes);
    throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const manifestName = "manifest.json";
const draftPrefix = ".draft-";

/** The first file of the manifest that is missing or has another size; the folder itself when there is no manifest. */
async function missingFile(home: string): Promise<string | undefined> {
  const text = await readIfExists(join(home, manifestName));
  if (text === undefined) return home;
  const manifest = parseManifest(text);
  if (!manifest) return join(home, manifestName);
  const paths = Object.entries(manifest);
  const sizes = await Promise.all(paths.map(async ([path]) => (await stat(join(home, path)).catch(() => undefined))?.size));
  const index = paths.findIndex(([, size], i) => sizes[i] !== size);
  const missing = paths[index];
  return missing ? join(home, missing[0]) : undefined;
}

/** Undefined for a truncated manifest, as after a power failure. */
function parseManifest(text: string): Readonly<Record<string, number>> | undefined {
  const manifest = parseJson(text);
  return isObject(manifest) ? (manifest as Readonly<Record<string, number>>) : undefined;
}

async function listFiles(folder: string): Promise<Record<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (path) => [path.slice(folder.length + 1), (await stat(path)).size] as const));
  return Object.fromEntries(sizes);
}

/** Removes the drafts of killed processes. */
async function removeDrafts(cacheDir: string): Promise<void> {
  const drafts = (await readdir(cacheDir)).filter((name) => name.startsWith(draftPrefix));
  await Promise.all(drafts.map((name) => rm(join(cacheDir, name), { recursive: true, force: true })));
}

async function requireSpace(cacheDir: string, missing: readonly CacheEntry[]): Promise<void> {
  try {
    await mkdir(cacheDir, { recursive: true });
  } catch (error) {
    if (systemCode(error) === "ENOSPC") throw noSpace(cacheDir, 0);
    throw new StreamctlError("state", `Cannot create the cache folder "${cacheDir}": ${systemCode(error) ?? String(error)}`, {
      cause: error,
      hint: "Set XDG_CACHE_HOME to a writable folder",
    });
  }
  const needed = missing.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
  const { bavail, bsize } = await statfs(cacheDir);
  if (bavail * bsize < needed) throw noSpace(cacheDir, needed);
}

export function noSpace(cacheDir: string, needed: number): StreamctlError {
  return new StreamctlError(
    "no-space",
    `Not enough space on the disk of the cache "${cacheDir}": ${Math.ceil(needed / 1e6)} MB are needed`,
    {
      hint: "Free some space, or set XDG_CACHE_HOME to a folder on a larger disk",
    },
  );
}
