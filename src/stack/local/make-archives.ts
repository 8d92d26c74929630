/**
 * Makes class-data archives, one after another, in a process of its own with the lowest priority. The classes are those that the running
 * engine has listed; another JVM loads and archives them, so the engine neither stops nor grows. It can be killed at any time: an archive
 * gets its name when it is complete.
 */

import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode } from "../../core/errors.ts";
import { ifExists, syncFolder } from "../../core/files.ts";
import { withLock } from "../../core/lock.ts";
import type { Log } from "../../core/log.ts";
import { runCommand } from "../../core/process.ts";

export interface ArchiveJob {
  /** Name of the service. */
  readonly name: string;
  /** Path of the archive. */
  readonly path: string;
  /** Full path of `java`. */
  readonly java: string;
  readonly classPath: string;
  /** Path of the list that the running engine writes. */
  readonly classList: string;
  /** Argument that identifies the process. */
  readonly mark: string;
}

export interface MakingContext {
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Maximum wait for another process that makes archives, in milliseconds. */
const lockTimeoutMs = 10 * 60_000;

const draftPrefix = ".draft-";

/** Archives of a service that are kept: that of another JVM or of another version of the engine may be needed again. */
const keptPerService = 2;

/** Makes the archives that do not exist yet, all in one folder. @throws StreamctlError `locked`, `interrupted`, `no-space` */
export async function makeArchives(jobs: readonly ArchiveJob[], context: MakingContext): Promise<void> {
  const { log, signal } = context;
  const [first] = jobs;
  if (first === undefined) return;
  const folder = dirname(first.path);
  await mkdir(folder, { recursive: true });
  const onWait = (pid: number): void => log.debug(`Waiting for process ${pid}, which makes class-data archives`);
  await withLock(join(folder, "lock"), { signal, timeoutMs: lockTimeoutMs, onWait }, async () => {
    await removeDrafts(folder);
    for (const job of jobs) {
      // Another process may have made it.
      if ((await ifExists(stat(job.path))) === undefined) await makeArchive(job, context);
    }
  });
}

async function makeArchive(job: ArchiveJob, { log, signal }: MakingContext): Promise<void> {
  const { name, path, classList } = job;
  const folder = dirname(path);
  const drafts = { list: join(folder, `${draftPrefix}${name}.lst`), archive: join(folder, `${draftPrefix}${basename(path)}`) };
  try {
    const listed = await ifExists(readFile(classList, "utf8"));
    if (listed === undefined) return;
    await writeFile(drafts.list, archivable(listed));
    const { exitCode, output } = await runCommand({ program: job.java, args: dumpArguments(job, drafts) }, { signal });
    if (exitCode !== 0 || (await ifExists(stat(drafts.archive))) === undefined) {
      log.debug(`No class-data archive of ${name}: exit code ${exitCode}\n${output}`);
      return;
    }
    await flush(drafts.archive);
    await rename(drafts.archive, path);
    await syncFolder(folder);
    await removeOthers(folder, name, basename(path));
  } catch (error) {
    if (hasCode(error, "interrupted")) throw error;
    log.debug(`No class-data archive of ${name}: ${String(error)}`);
  } finally {
    await Promise.all([drafts.list, drafts.archive].map(async (draft) => await rm(draft, { force: true })));
  }
}

/** The list without the line that the engine is writing. */
export function archivable(list: string): string {
  return list.slice(0, list.lastIndexOf("\n") + 1);
}

/** Only the collector G1 archives objects; the others can load them. */
function dumpArguments({ classPath, mark }: ArchiveJob, drafts: { readonly list: string; readonly archive: string }): readonly string[] {
  return [
    "-Xshare:dump",
    `-XX:SharedClassListFile=${drafts.list}`,
    `-XX:SharedArchiveFile=${drafts.archive}`,
    "-XX:+UseG1GC",
    "-XX:TieredStopAtLevel=1",
    "-Xmx512m",
    "-cp",
    classPath,
    `-D${mark}`,
  ];
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes all but the most recently used archives of a service. */
async function removeOthers(folder: string, service: string, made: string): Promise<void> {
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(`${service}-`) && /^[0-9a-f]+\.jsa$/u.test(name.slice(service.length + 1)),
  );
  const others = await Promise.all(
    names
      .filter((name) => name !== made)
      .map(async (name) => ({ name, usedAtMs: (await ifExists(stat(join(folder, name))))?.mtimeMs ?? 0 })),
  );
  const removed = others.toSorted((one, other) => other.usedAtMs - one.usedAtMs).slice(keptPerService - 1);
  await Promise.all(removed.map(async ({ name }) => await rm(join(folder, name), { force: true })));
}

/** Removes what killed processes left. The caller holds the lock. */
async function removeDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(draftPrefix));
  await Promise.all(drafts.map(async (name) => await rm(join(folder, name), { force: true })));
}
