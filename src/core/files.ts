/** Atomic and durable writes of files. */

import { mkdir, open, readFile, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { withDiskSpace } from "./disk.ts";
import { systemCode } from "./errors.ts";

/**
 * Writes a file by rename, so that a reader sees either the old text or the new one. A path may have one writer at a time: the draft has a
 * fixed name, so that the next write replaces the draft that a killed writer left.
 *
 * @throws StreamctlError `no-space`
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  await replace(path, async (draft) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, text);
  });
}

/**
 * As `writeAtomically`, and flushed to disk when it returns: a power failure leaves either the old text or the new one.
 *
 * @param mode permissions of the file; default: as the umask allows
 */
export async function writeDurably(path: string, text: string, mode?: number): Promise<void> {
  await replace(path, async (draft) => {
    await makeFolder(dirname(path));
    await using(await open(draft, "w", mode), async (file) => {
      await file.writeFile(text);
      await file.sync();
    });
  });
  await syncFolder(dirname(path));
}

/** Creates a folder and its missing ancestors; their directory entries are flushed to disk when it returns. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = dirname(path); folder.length >= dirname(first).length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}

/** Flushes the entries of a folder to disk. Until then a power failure may lose a new file, even one whose content was flushed. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using(await open(path, "r"), async (folder) => await folder.sync());
  } catch (error) {
    // Some file systems, network file systems above all, do not support this.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EACCES"].includes(systemCode(error) ?? "")) throw error;
  }
}

/** Text of a file; undefined when it does not exist. */
export async function readIfExists(path: string): Promise<string | undefined> {
  return await ifExists(readFile(path, "utf8"));
}

/** The result of an access to a file or folder; undefined when that does not exist, or was removed during the call. */
export async function ifExists<T>(access: Promise<T>): Promise<T | undefined> {
  try {
    return await access;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function replace(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.draft`;
  await withDiskSpace(path, async () => {
    try {
      await write(draft);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  });
}

async function using(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
