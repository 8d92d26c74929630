/** A folder of the user's with an installed engine: its archive, or any folder that holds its jars at any depth. */

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import type { InstalledJars } from "./service.ts";

/** Names of jars by the folder in which they lie, relative to the home; what stands first wins. */
type JarsByFolder = ReadonlyMap<string, readonly string[]>;

/** The jars of an installed engine, as they were read. */
export interface JarFolder {
  readonly home: string;
  readonly byFolder: JarsByFolder;
  /** As its jars say; `own` where none does. */
  readonly version: string;
  /** Another one where any jar is another. */
  readonly fingerprint: string;
}

/**
 * The jars of an installed engine.
 *
 * @throws StreamctlError `prerequisite` where no jar of the folder holds the class
 */
export async function readJarFolder(jars: InstalledJars, mainClass: string): Promise<JarFolder> {
  const { home, versionJar } = jars;
  if (home === undefined) {
    throw new StreamctlError("prerequisite", `Cannot find the jars of ${jars.label}: no folder was given`, {
      hint: `Give one: ${jars.option}`,
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

/** Class path of a folder's jars. */
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
  if (!(await holds(mainClass, installed, pathsOf(found)))) {
    throw new StreamctlError("prerequisite", `Cannot use "${home}" as ${label}: no jar in it holds ${mainClass}`, { hint });
  }
  return found;
}

/** The jars that the archive's own script takes; an archive holds those of other programs too. */
async function archiveJars({ home, archiveFolders }: Installed): Promise<JarsByFolder> {
  const folders = new Map<string, readonly string[]>();
  for (const folder of archiveFolders) {
    const names = await readdir(join(home, folder)).catch(() => []);
    const jars = names.filter((name) => name.endsWith(".jar"));
    if (jars.length > 0) folders.set(folder, jars);
  }
  return folders;
}

/** Every jar below a folder, by the folder in which it lies, relative to `home`. */
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
      hint: `Give a folder with an installed ${label}: ${option}`,
    });
  }
  return folders;
}

/** Names of files stand in a jar as they are, so no jar need be unpacked. Jars of the engine's own name are looked at first. */
async function holds(mainClass: string, { home, engine, versionJar }: Installed, jars: readonly string[]): Promise<boolean> {
  const entry = `${mainClass.replaceAll(".", "/")}.class`;
  const likely = (jar: string): number => (jar.includes(versionJar) ? 0 : jar.includes(engine) ? 1 : 2);
  for (const jar of jars.toSorted((one, other) => likely(one) - likely(other))) {
    if ((await readFile(join(home, jar))).includes(entry)) return true;
  }
  return false;
}
