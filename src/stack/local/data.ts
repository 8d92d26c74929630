/** A service's data in a folder of this machine. */

import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { systemCode } from "../../core/errors.ts";
import type { ServiceData } from "../runtime.ts";

export function localData(root: string): ServiceData {
  return {
    root,
    list: async (folder) => (await whereItExists(readdir(join(root, folder)))) ?? [],
    find: async (folder, fileName) => {
      const top = join(root, folder);
      const entries = (await whereItExists(readdir(top, { recursive: true, withFileTypes: true }))) ?? [];
      const paths = entries.filter(({ name }) => name === fileName).map(({ parentPath }) => join(parentPath, fileName));
      const found = await Promise.all(
        paths.map(async (path) => {
          const modifiedAtMs = (await whereItExists(stat(path)))?.mtimeMs;
          return modifiedAtMs === undefined ? undefined : { path: relative(top, path), modifiedAtMs };
        }),
      );
      return found.filter((file) => file !== undefined);
    },
    read: async (path) => await whereItExists(readFile(join(root, path), "utf8")),
    remove: async (paths) => {
      await Promise.all(paths.map(async (path) => await rm(join(root, path), { recursive: true, force: true })));
    },
  };
}

/** Undefined where a file or a folder is not there, or went while it was looked at. */
async function whereItExists<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
