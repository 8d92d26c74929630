/** Access to a service's data in a local folder. */

import { readdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { ifExists, readIfExists } from "../../core/files.ts";
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
    read: async (path) => await readIfExists(join(root, path)),
    remove: async (paths) => {
      await Promise.all(paths.map(async (path) => await rm(join(root, path), { recursive: true, force: true })));
    },
  };
}
