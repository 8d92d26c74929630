/**
 * Identifies the stack of a state folder. run.json records a random id and the location of the folder. An id derived from the path would turn a
 * renamed folder into another stack, and a copy at the old path into the same one.
 */

import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { shortHash } from "../core/short-hash.ts";

/** Path and inode of a folder. */
export interface FolderPlace {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Device number of the file system, in decimal digits. */
  readonly device: string;
  readonly inode: string;
}

export interface StackIdentity {
  /** Names the stack's containers and marks its processes. */
  readonly id: string;
  /** Where the state folder was when run.json was written. */
  readonly place: FolderPlace;
}

/** Whether two places are the same folder. The same path is enough: the device number may change with a reboot. */
export function isSameFolder(one: FolderPlace, other: FolderPlace): boolean {
  return one.path === other.path || (one.inode === other.inode && one.device === other.device);
}

/** Place of a folder; undefined when it does not exist or this user may not access it. */
export async function placeOf(path: string): Promise<FolderPlace | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return { path, device: dev.toString(), inode: ino.toString() };
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** As `placeOf()`; a path without an inode for a folder that does not exist. */
export async function placeToRecord(path: string): Promise<FolderPlace> {
  return (await placeOf(path)) ?? { path, device: "0", inode: "0" };
}

/** Eight hexadecimal digits. */
export function newStackId(): string {
  return randomBytes(4).toString("hex");
}

/** The stack id that earlier versions derived from the folder's path to name containers. */
export function idOfPath(path: string): string {
  return shortHash(path, 8);
}

/** The error for two folders with the same stack: a command in one would affect the engines and records of the other. */
export function copiedFolder(original: string, copy: string): StreamctlError {
  return new StreamctlError("state", `State folder "${copy}" contains the same stack as "${original}": one is a copy of the other`, {
    hint: `Use the original (--state-dir ${original}), or remove run.json from the copy and run: streamctl up`,
  });
}
