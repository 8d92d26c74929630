/**
 * Reads the declarations of the project's folder: as the program begins where it runs from its sources, and by the bundler, as
 * a macro, into a bundle. So both hold the same files, and a new file needs no line of code.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };

const { declarationFolders: folders } = manifest;

/**
 * Texts by path, as the files stand in the project: `pinot/table.json`.
 *
 * @param project a folder with the same layout; default: the project's own
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
