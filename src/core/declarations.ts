/**
 * Reads the declarations from the project's folder: at startup when the program runs from its sources, at build time (as a macro of the
 * bundler) for a bundle. Both contain the same files; a new file needs no code change.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };

const { declarationFolders: folders } = manifest;

/**
 * Texts by path relative to the project's folder, such as `pinot/table.json`.
 *
 * @param project a folder with the same layout; default: the project's folder
 */
export function readDeclarations(project = fileURLToPath(new URL("../../", import.meta.url))): Readonly<Record<string, string>> {
  const files = folders.flatMap((folder) => filesBelow(join(project, folder)));
  return Object.fromEntries(files.map((file) => [relative(project, file), readFileSync(file, "utf8")]));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
