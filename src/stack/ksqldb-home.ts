/** A folder with an installed ksqlDB: Confluent's archive, or any folder that holds its jars at any depth. */

import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { ksqldbMainClass } from "./services/ksqldb.ts";

/** Folders of the archive whose jars make the server, in the order of its own start script: what stands first wins. */
const archiveFolders = [
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

/**
 * Class path of the ksqlDB in a folder.
 *
 * @throws StreamctlError `prerequisite` where no jar of the folder holds the server
 */
export async function ksqldbClassPath(home: string): Promise<string> {
  const ofArchive = await archiveJars(home);
  const found = ofArchive.size > 0 ? ofArchive : await allJars(home);
  const jars = [...found].flatMap(([folder, names]) => names.map((jar) => join(folder, jar)));
  if (!(await holdsServer(home, jars))) {
    throw new StreamctlError("prerequisite", `Cannot use "${home}" as ksqlDB: no jar in it holds ${ksqldbMainClass}`, {
      hint: "Give the folder of Confluent's archive, the one with bin/ksql-server-start, or one with ksqlDB's jars: --ksqldb-home DIR",
    });
  }
  return [...found.keys()].map((folder) => join(home, folder, "*")).join(":");
}

type JarsByFolder = ReadonlyMap<string, readonly string[]>;

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
