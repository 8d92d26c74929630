/** A folder with an installed ksqlDB: Confluent's archive, or any folder that holds its jars at any depth. */

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { ksqldbMainClass } from "./services/ksqldb.ts";

/**
 * Folders of the archive whose jars make the server, in the order of its own start script: what stands first wins. Confluent's images
 * have the same below `/usr`.
 */
export const archiveFolders: readonly string[] = [
  "ksqldb-tools",
  "confluent-security/ksql",
  "monitoring-interceptors",
  "ksqldb",
  "ksqldb-cli",
  "ksqldb-rest-app",
  "ksqldb-engine",
  "rest-utils",
  "ksqldb-examples",
  "confluent-telemetry",
  "confluent-common",
].map((name) => `share/java/${name}`);

/** Names of jars by the folder in which they lie, relative to the home; what stands first wins. */
export type JarsByFolder = ReadonlyMap<string, readonly string[]>;

/** What makes an image of an installed ksqlDB. */
export interface KsqldbJars {
  readonly home: string;
  readonly byFolder: JarsByFolder;
  /** As its jars say; `own` where none does. */
  readonly version: string;
  /** Another one where any jar is another. */
  readonly fingerprint: string;
}

/** @throws StreamctlError `prerequisite` where no jar of the folder holds the server */
export async function requireKsqldb(home: string): Promise<void> {
  await serverJars(home);
}

/**
 * Class path of the ksqlDB in a folder.
 *
 * @throws StreamctlError `prerequisite` where no jar of the folder holds the server
 */
export async function ksqldbClassPath(home: string): Promise<string> {
  return [...(await serverJars(home)).keys()].map((folder) => join(home, folder, "*")).join(":");
}

/** The jars of the ksqlDB in a folder. @throws StreamctlError as {@link ksqldbClassPath} */
export async function readKsqldbJars(home: string): Promise<KsqldbJars> {
  const byFolder = await serverJars(home);
  const hash = createHash("sha256");
  const paths = pathsOf(byFolder);
  for (const path of paths) {
    const { size, mtimeMs } = await stat(join(home, path));
    hash.update(JSON.stringify([path, size, mtimeMs]));
  }
  const version = /(?:^|\/)ksqldb-rest-app-(\d[\w.-]*)\.jar$/mu.exec(paths.join("\n"))?.[1] ?? "own";
  return { home, byFolder, version, fingerprint: hash.digest("hex") };
}

function pathsOf(byFolder: JarsByFolder): readonly string[] {
  return [...byFolder].flatMap(([folder, names]) => names.map((name) => join(folder, name)));
}

async function serverJars(home: string): Promise<JarsByFolder> {
  const ofArchive = await archiveJars(home);
  const found = ofArchive.size > 0 ? ofArchive : await allJars(home);
  if (!(await holdsServer(home, pathsOf(found)))) {
    throw new StreamctlError("prerequisite", `Cannot use "${home}" as ksqlDB: no jar in it holds ${ksqldbMainClass}`, {
      hint: "Give the folder of Confluent's archive, the one with bin/ksql-server-start, or one with ksqlDB's jars: --ksqldb-home DIR",
    });
  }
  return found;
}

/** The jars that the archive's own script takes; an archive holds those of other programs too. */
async function archiveJars(home: string): Promise<JarsByFolder> {
  const folders = new Map<string, readonly string[]>();
  for (const folder of archiveFolders) {
    const names = await readdir(join(home, folder)).catch(() => []);
    const jars = names.filter((name) => name.endsWith(".jar"));
    if (jars.length > 0) folders.set(folder, jars);
  }
  return folders;
}

/** Every jar below a folder, by the folder in which it lies, relative to `home`. */
async function allJars(home: string): Promise<JarsByFolder> {
  const folders = new Map<string, string[]>();
  try {
    for (const path of (await readdir(home, { recursive: true })).filter((name) => name.endsWith(".jar")).toSorted()) {
      const folder = dirname(path);
      folders.set(folder, [...(folders.get(folder) ?? []), basename(path)]);
    }
  } catch (error) {
    const why = systemCode(error) === "ENOENT" ? "no such folder" : messageOf(error);
    throw new StreamctlError("prerequisite", `Cannot use "${home}" as ksqlDB: ${why}`, {
      cause: error,
      hint: "Give a folder with an installed ksqlDB: --ksqldb-home DIR",
    });
  }
  return folders;
}

/** Names of files stand in a jar as they are, so no jar need be unpacked. Jars of ksqlDB's own name are looked at first. */
async function holdsServer(home: string, jars: readonly string[]): Promise<boolean> {
  const entry = `${ksqldbMainClass.replaceAll(".", "/")}.class`;
  const likely = (jar: string): number => (jar.includes("rest-app") ? 0 : jar.includes("ksql") ? 1 : 2);
  for (const jar of jars.toSorted((one, other) => likely(one) - likely(other))) {
    if ((await readFile(join(home, jar))).includes(entry)) return true;
  }
  return false;
}
