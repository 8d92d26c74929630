/** Access to a service's data in a local folder. */

import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { systemCode } from "../../core/errors.ts";
import type { ServiceData } from "../runtime.ts";

export function localData(root: string): ServiceData {
  return {
    root,
    list: async (folder) => (await ifExists(readdir(join(root, folder)))) ?? [],
    find: async (folder, fileName) => {
      const top = join(root, folder);
      const entries = (await ifExists(readdir(top, { recursive: true, withFileTypes: true }))) ?? [];
      const paths = entries.filter(({ name }) => name === fileName).map(({ parentPath }) => join(parentPath, fileName));
      const found = await Promise.all(
        paths.map(async (path) => {
          const modifiedAtMs = (await ifExists(stat(path)))?.mtimeMs;
          return modifiedAtMs === undefined ? undefined : { path: relative(top, path), modifiedAtMs };
        }),
      );
      return found.filter((file) => file !== undefined);
    },
    read: async (path) => await ifExists(readFile(join(root, path), "utf8")),
    remove: async (paths) => {
      await Promise.all(paths.map(async (path) => await rm(join(root, path), { recursive: true, force: true })));
    },
  };
}

/** Undefined for a file or folder that does not exist, or was removed during the call. */
async function ifExists<T>(access: Promise<T>): Promise<T | undefined> {
  try {
    return await access;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
