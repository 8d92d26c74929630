/**
 * Whose a state folder is. The stack's id and the folder's place are kept in run.json: an id made of the path would make another
 * stack of a folder that was renamed, and the same stack of a copy that took its place.
 */

import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { shortHash } from "../core/short-hash.ts";

/** Where a folder lies. */
export interface FolderPlace {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Of the file system, in decimal digits. */
  readonly device: string;
  readonly inode: string;
}

export interface StackIdentity {
  /** Names the stack's containers and marks its processes. */
  readonly id: string;
  /** Where the state folder lay when run.json was written. */
  readonly place: FolderPlace;
}

/** Whether two paths lead to one folder. A file system may have another number after a reboot: the same path is the same folder. */
export function isSameFolder(one: FolderPlace, other: FolderPlace): boolean {
  return one.path === other.path || (one.inode === other.inode && one.device === other.device);
}

/** Place of a folder; undefined where there is none, or none that this user may see. */
export async function placeOf(path: string): Promise<FolderPlace | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return { path, device: dev.toString(), inode: ino.toString() };
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** Eight hexadecimal digits. */
export function newStackId(): string {
  return randomBytes(4).toString("hex");
}

/** The id by which a version without ids named the containers of a folder. */
export function idOfPath(path: string): string {
  return shortHash(path, 8);
}

/** The two folders hold one stack: whatever is done in one would happen to the engines and the records of the other. */
export function copiedFolder(original: string, copy: string): StreamctlError {
  return new StreamctlError("state", `State folder "${copy}" holds the same stack as "${original}": one is a copy of the other`, {
    hint: `Use the original (--state-dir ${original}), or remove run.json from the copy and type: streamctl up`,
  });
}
