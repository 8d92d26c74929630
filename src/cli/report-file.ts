/** The file that the user names for a result. */

import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { withDiskSpace } from "../core/disk.ts";

/** Checks that a file can be written, without creating or changing it. @throws StreamctlError `usage` */
export async function requireWritable(option: string, path: string): Promise<void> {
  const why = await obstacleOf(path);
  if (why === undefined) return;
  throw new StreamctlError("usage", `Cannot write "${path}" (${option}): ${why}`, { hint: `Write: ${option} FILE, in a writable folder` });
}

async function obstacleOf(path: string): Promise<string | undefined> {
  if (path === "") return "the name is empty";
  const folder = dirname(resolve(path));
  try {
    const found = await stat(path).catch((error: unknown) => {
      if (systemCode(error) !== "ENOENT" || path.endsWith("/")) throw error;
    });
    if (found?.isDirectory() === true) return "it is a folder";
    if (found !== undefined) await access(path, constants.W_OK);
    else if (!(await stat(folder)).isDirectory()) return `"${folder}" is not a folder`;
    else await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return reasons[systemCode(error) ?? ""] ?? messageOf(error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  ENOENT: "the folder does not exist",
  ENOTDIR: "the folder does not exist",
  EROFS: "its disk is read-only",
};

/** @throws StreamctlError `no-space`, `state` */
export async function writeReport(path: string, text: string): Promise<void> {
  try {
    await withDiskSpace(path, async () => await writeFile(path, text));
  } catch (error) {
    if (error instanceof StreamctlError) throw error;
    throw new StreamctlError("state", `Cannot write "${path}": ${messageOf(error)}`, {
      cause: error,
      hint: "Run: streamctl compare -o json",
    });
  }
}
