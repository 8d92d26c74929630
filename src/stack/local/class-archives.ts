/**
 * Class-data archives: the classes of an engine, parsed and verified, in a file that the next start maps into memory. A JVM spends most of
 * its start on loading classes. An archive belongs to one service, one JVM and one class path; its name contains a hash of these.
 * https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#application-class-data-sharing
 */

import { readdir, realpath, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ifExists } from "../../core/files.ts";
import { shortHash } from "../../core/short-hash.ts";

export interface ClassArchive {
  readonly path: string;
  /** Whether it has been made. */
  readonly exists: boolean;
}

/** What an archive depends on. */
export interface ArchivedProgram {
  readonly cacheDir: string;
  /** Name of the service. */
  readonly name: string;
  /** Full path of `java`. */
  readonly java: string;
  readonly classPath: string;
  /** Not rendered, so that they do not depend on the stack. */
  readonly jvmOptions: readonly string[];
}

/** Folder of the archives in the cache. */
export function archivesFolder(cacheDir: string): string {
  return join(cacheDir, "class-archives");
}

/** The archive of a service; undefined where there can be none: for another JVM than HotSpot, or with a folder of classes on the class path. */
export async function findArchive({ cacheDir, name, java, classPath, jvmOptions }: ArchivedProgram): Promise<ClassArchive | undefined> {
  const [jvm, jars] = await Promise.all([identifyJvm(java), identifyJars(classPath)]);
  if (jvm === undefined || jars === undefined) return undefined;
  const key = shortHash(JSON.stringify([jvm, classPath, jars, jvmOptions]), 12);
  const path = join(archivesFolder(cacheDir), `${name}-${key}.jsa`);
  return { path, exists: (await ifExists(stat(path))) !== undefined };
}

/**
 * The options of a JVM that uses the archive, or that lists its classes in a file as long as there is no archive. The JVM ignores an archive
 * that it cannot use; it must not log that, because the log of the service is for the user.
 */
export function archiveOptions(archive: ClassArchive | undefined, classList: string): readonly string[] {
  if (archive === undefined) return [];
  if (!archive.exists) return [`-XX:DumpLoadedClassList=${classList}`];
  return [`-XX:SharedArchiveFile=${archive.path}`, "-Xshare:auto", "-Xlog:cds*=off"];
}

/** Marks the archive as used; the least recently used ones are removed. */
export async function markUsed({ path }: ClassArchive): Promise<void> {
  const now = new Date();
  // In a cache that is not writable nothing is removed either.
  await utimes(path, now, now).catch(() => {});
}

type FileIdentity = readonly [path: string, bytes: number, modifiedAtMs: number];

async function identifyFile(path: string): Promise<FileIdentity | undefined> {
  const found = await ifExists(stat(path));
  return found && [path, found.size, found.mtimeMs];
}

/** Library and classes of the JVM; undefined unless it is HotSpot with class-data sharing, which comes with an archive of the JDK's classes. */
async function identifyJvm(java: string): Promise<readonly FileIdentity[] | undefined> {
  const program = await ifExists(realpath(java));
  if (program === undefined) return undefined;
  const library = join(dirname(dirname(program)), "lib");
  const files = ["server/libjvm.so", "server/classes.jsa", "modules"].map(async (file) => await identifyFile(join(library, file)));
  const found = (await Promise.all(files)).filter((file) => file !== undefined);
  return found.length === files.length ? found : undefined;
}

/** The jars of a class path of `folder/*` entries; undefined if it has any other entry. */
async function identifyJars(classPath: string): Promise<readonly FileIdentity[] | undefined> {
  const jars: FileIdentity[] = [];
  for (const entry of classPath.split(":")) {
    if (!entry.endsWith("/*")) return undefined;
    const folder = dirname(entry);
    const names = (await ifExists(readdir(folder)))?.filter((name) => name.endsWith(".jar")) ?? [];
    const found = await Promise.all(names.toSorted().map(async (name) => await identifyFile(join(folder, name))));
    jars.push(...found.filter((file) => file !== undefined));
  }
  return jars;
}
