/** Access to a service's data in a local folder. */

import { readdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { ifExists, readIfExists } from "../../core/files.ts";
import type { ServiceData } from "../runtime.ts";

/** Blocks are counted, not lengths: Kafka's index files are sparse. */
async function sizeOf(path: string): Promise<number> {
  const entry = await ifExists(stat(path));
  if (entry === undefined) return 0;
  const children = entry.isDirectory() ? ((await ifExists(readdir(path))) ?? []) : [];
  const sizes = await Promise.all(children.map(async (name) => await sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, entry.isDirectory() ? 0 : entry.blocks * 512);
}

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
    sizes: async (folder) => {
      const top = join(root, folder);
      const names = (await ifExists(readdir(top))) ?? [];
      const sizes = names.map(async (name) => [name, await sizeOf(join(top, name))] as const);
      return new Map(await Promise.all(sizes));
    },
    read: async (path) => await readIfExists(join(root, path)),
    remove: async (paths) => {
      await Promise.all(paths.map(async (path) => await rm(join(root, path), { recursive: true, force: true })));
    },
  };
}
