/** A folder with an installed ksqlDB: Confluent's archive, or any folder that holds its jars at any depth. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { StreamctlError, systemCode } from "../core/errors.ts";
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
  const found = await foldersWithJars(home);
  const ofArchive = archiveFolders.filter((name) => found.has(name));
  const folders = ofArchive.length > 0 ? ofArchive : [...found.keys()].toSorted();
  if (
    !(await holdsServer(
      home,
      folders.flatMap((name) => (found.get(name) ?? []).map((jar) => join(name, jar))),
    ))
  ) {
    throw new StreamctlError("prerequisite", `Cannot use "${home}" as ksqlDB: no jar in it holds ${ksqldbMainClass}`, {
      hint: "Give the folder of Confluent's archive, the one with bin/ksql-server-start, or one with ksqlDB's jars: --ksqldb-home DIR",
    });
  }
  return folders.map((name) => join(home, name, "*")).join(":");
}

/** Jars by the folder in which they lie, relative to `home`. */
async function foldersWithJars(home: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const folders = new Map<string, string[]>();
  try {
    for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
      if (!entry.name.endsWith(".jar") || entry.isDirectory()) continue;
      const folder = entry.parentPath.slice(home.length + 1);
      folders.set(folder, [...(folders.get(folder) ?? []), entry.name]);
    }
  } catch (error) {
    throw new StreamctlError(
      "prerequisite",
      `Cannot use "${home}" as ksqlDB: ${systemCode(error) === "ENOENT" ? "no such folder" : String(error)}`,
      {
        cause: error,
        hint: "Give a folder with an installed ksqlDB: --ksqldb-home DIR",
      },
    );
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
