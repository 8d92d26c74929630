/**
 * What is fetched once for a user and kept in the cache: an engine's jars, a Python environment. A folder in the cache is whole, because it
 * appears by rename; it is checked against its manifest all the same, since caches get cleaned by half.
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
  /** Made where it is missing. */
  readonly cacheDir: string;
}

export interface CacheEntry {
  /** Path below the cache's folder; its name tells its content. */
  readonly path: string;
  /** As people know it: `Kafka 4.3.1`. */
  readonly label: string;
  /** Room that filling needs at its peak, in bytes. */
  readonly diskBytes: number;
  /** Writes all of it into a folder, which is there and empty. It is moved afterwards. */
  readonly fill: (draft: string) => Promise<void>;
}

/** Whether an entry stands in the cache, whole. */
export async function isCached(cacheDir: string, path: string): Promise<boolean> {
  return (await missingFile(join(cacheDir, path))) === undefined;
}

/**
 * Fills the cache with the entries that are missing, one after another, under the cache's own lock.
 *
 * @throws StreamctlError `no-space`, `state` for a cache that cannot be written, and what `fill` throws
 */
export async function fillCache(entries: readonly CacheEntry[], context: CacheContext): Promise<void> {
  const { cacheDir, log, signal } = context;
  const missing: CacheEntry[] = [];
  for (const entry of entries) if (!(await isCached(cacheDir, entry.path))) missing.push(entry);
  if (missing.length === 0) return;
  await requireSpace(cacheDir, missing);
  const onWait = (pid: number): void => log.info(`Waiting for process ${pid}, which fills the cache`);
  await withLock(join(cacheDir, "lock"), { signal, timeoutMs: 30 * 60_000, onWait }, async () => {
    await removeDrafts(cacheDir);
    for (const entry of missing) await fillEntry(entry, context);
  });
}

async function fillEntry({ path, label, diskBytes, fill }: CacheEntry, { cacheDir, log }: CacheContext): Promise<void> {
  const home = join(cacheDir, path);
  const lacking = await missingFile(home);
  if (lacking === undefined) return; // Another process was faster.
  if (lacking !== home) log.warn(`${label} in the cache lacks ${basename(lacking)}: fetching it again`);
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

/** Path of the first file that the manifest names and that is not there in its size; the folder itself where all is missing. */
async function missingFile(home: string): Promise<string | undefined> {
  const text = await readIfExists(join(home, manifestName));
  if (text === undefined) return home;
  const manifest = parseManifest(text);
  if (!manifest) return join(home, manifestName);
  const paths = Object.entries(manifest);
  const sizes = await Promise.all(paths.map(async ([path]) => (await stat(join(home, path)).catch(() => undefined))?.size));
  const index = paths.findIndex(([, size], i) => sizes[i] !== size);
  const lacking = paths[index];
  return lacking ? join(home, lacking[0]) : undefined;
}

/** Undefined for half a manifest, as a power cut leaves it. */
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

/** A draft whose process was killed is of no use to anyone. */
async function removeDrafts(cacheDir: string): Promise<void> {
  const drafts = (await readdir(cacheDir)).filter((name) => name.startsWith(draftPrefix));
  await Promise.all(drafts.map((name) => rm(join(cacheDir, name), { recursive: true, force: true })));
}

async function requireSpace(cacheDir: string, missing: readonly CacheEntry[]): Promise<void> {
  try {
    await mkdir(cacheDir, { recursive: true });
  } catch (error) {
    if (systemCode(error) === "ENOSPC") throw noSpace(cacheDir, 0);
    throw new StreamctlError("state", `Cannot make the cache folder "${cacheDir}": ${systemCode(error) ?? String(error)}`, {
      cause: error,
      hint: "Point XDG_CACHE_HOME at a folder that you may write",
    });
  }
  const needed = missing.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
  const { bavail, bsize } = await statfs(cacheDir);
  if (bavail * bsize < needed) throw noSpace(cacheDir, needed);
}

export function noSpace(cacheDir: string, needed: number): StreamctlError {
  return new StreamctlError(
    "no-space",
    `Cannot fill the cache "${cacheDir}": no room on its disk, ${Math.ceil(needed / 1e6)} MB are needed`,
    {
      hint: "Free some room, or point XDG_CACHE_HOME at a larger disk",
    },
  );
}
