/** An installed engine in the user's folder: the unpacked archive, or any folder that contains its jars at any depth. */

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import type { InstalledJars } from "./service.ts";

/** Names of jars by folder, relative to `home`, in class path order. */
type JarsByFolder = ReadonlyMap<string, readonly string[]>;

/** The jars of an installed engine. */
export interface JarFolder {
  readonly home: string;
  readonly byFolder: JarsByFolder;
  /** From the name of its version jar; `own` when there is none. */
  readonly version: string;
  /** Changes when any jar changes. */
  readonly fingerprint: string;
}

/**
 * Finds the jars of an installed engine.
 *
 * @throws StreamctlError `prerequisite` when no folder is given, or when no jar in it contains the main class
 */
export async function readJarFolder(jars: InstalledJars, mainClass: string): Promise<JarFolder> {
  const { home, versionJar } = jars;
  if (home === undefined) {
    throw new StreamctlError("prerequisite", `Cannot find the jars of ${jars.label}: no folder was given`, {
      hint: `Specify the folder: ${jars.option}`,
    });
  }
  const byFolder = await jarsWith(mainClass, { ...jars, home });
  const hash = createHash("sha256");
  const paths = pathsOf(byFolder);
  for (const path of paths) {
    const { size, mtimeMs } = await stat(join(home, path));
    hash.update(JSON.stringify([path, size, mtimeMs]));
  }
  const [version = "own"] = paths.flatMap((path) => {
    const name = basename(path, ".jar");
    return name.startsWith(`${versionJar}-`) && /^\d[\w.-]*$/u.test(name.slice(versionJar.length + 1))
      ? [name.slice(versionJar.length + 1)]
      : [];
  });
  return { home, byFolder, version, fingerprint: hash.digest("hex") };
}

/** Class path of the jars. */
export function jarFolderClassPath({ home, byFolder }: JarFolder): string {
  return [...byFolder.keys()].map((folder) => join(home, folder, "*")).join(":");
}

type Installed = InstalledJars & { readonly home: string };

function pathsOf(byFolder: JarsByFolder): readonly string[] {
  return [...byFolder].flatMap(([folder, names]) => names.map((name) => join(folder, name)));
}

async function jarsWith(mainClass: string, installed: Installed): Promise<JarsByFolder> {
  const { home, label, homeHint: hint } = installed;
  const ofArchive = await archiveJars(installed);
  const found = ofArchive.size > 0 ? ofArchive : await allJars(installed);
  if (!(await contains(mainClass, installed, pathsOf(found)))) {
    throw new StreamctlError("prerequisite", `Cannot use "${home}" as ${label}: no jar in it contains ${mainClass}`, { hint });
  }
  return found;
}

/** The jars that the archive's start script uses; the archive also contains those of other programs. */
async function archiveJars({ home, archiveFolders }: Installed): Promise<JarsByFolder> {
  const folders = new Map<string, readonly string[]>();
  for (const folder of archiveFolders) {
    const names = await readdir(join(home, folder)).catch(() => []);
    const jars = names.filter((name) => name.endsWith(".jar"));
    if (jars.length > 0) folders.set(folder, jars);
  }
  return folders;
}

/** All jars below `home`, by folder relative to it. */
async function allJars({ home, label, option }: Installed): Promise<JarsByFolder> {
  const folders = new Map<string, string[]>();
  try {
    for (const path of (await readdir(home, { recursive: true })).filter((name) => name.endsWith(".jar")).toSorted()) {
      const folder = dirname(path);
      folders.set(folder, [...(folders.get(folder) ?? []), basename(path)]);
    }
  } catch (error) {
    const why = systemCode(error) === "ENOENT" ? "no such folder" : messageOf(error);
    throw new StreamctlError("prerequisite", `Cannot use "${home}" as ${label}: ${why}`, {
      cause: error,
      hint: `Specify a folder with an installed ${label}: ${option}`,
    });
  }
  return folders;
}

/** A jar contains its entries' names uncompressed, so it need not be unpacked. Jars with the engine's name are searched first. */
async function contains(mainClass: string, { home, engine, versionJar }: Installed, jars: readonly string[]): Promise<boolean> {
  const entry = `${mainClass.replaceAll(".", "/")}.class`;
  const likely = (jar: string): number => (jar.includes(versionJar) ? 0 : jar.includes(engine) ? 1 : 2);
  for (const jar of jars.toSorted((one, other) => likely(one) - likely(other))) {
    if ((await readFile(join(home, jar))).includes(entry)) return true;
  }
  return false;
}
