/** Files that appear whole or not at all. */

import { mkdir, open, readFile, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { withRoom } from "./disk.ts";
import { systemCode } from "./errors.ts";

/**
 * Writes a file by rename, so that a reader sees the old text or the new one and nothing between. Of one path there is one writer at a time:
 * its draft has a fixed name, so that what a killed writer left goes with the next write.
 *
 * @throws StreamctlError `no-space`
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  await replace(path, async (draft) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, text);
  });
}

/** As `writeAtomically`, and on the disk when it returns: a power cut leaves the old text or the new one. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await replace(path, async (draft) => {
    await makeFolder(dirname(path));
    await using(await open(draft, "w"), async (file) => {
      await file.writeFile(text);
      await file.sync();
    });
  });
  await syncFolder(dirname(path));
}

/** Makes a folder and those above it, each name of theirs on the disk when it returns. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = dirname(path); folder.length >= dirname(first).length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}

/** Puts the names in a folder on the disk: a new file may be lost in a power cut until then, whatever it holds. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using(await open(path, "r"), async (folder) => await folder.sync());
  } catch (error) {
    // Some file systems, of other machines most of all, know no such thing.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EACCES"].includes(systemCode(error) ?? "")) throw error;
  }
}

/** Text of a file; undefined where there is none. */
export async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function replace(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.draft`;
  await withRoom(path, async () => {
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
