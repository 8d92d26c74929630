/** The declarations of the engines, from beside the sources or from inside the bundle. Imported by what needs them only. */

import { readDeclarations } from "./declarations.ts";
import type * as Embedded from "./embedded-declarations.ts";
import { StreamctlError, systemCode } from "./errors.ts";
import { projectFolder } from "./origin.ts";

// A plain require, so that the bundler embeds the module and no other runtime meets it.
const declarations =
  projectFolder === undefined ? (require("./embedded-declarations.ts") as typeof Embedded).embeddedDeclarations : readDeclarations();

/** Where declarations are read from: those of the program, or a folder of the user's. */
export interface Declarations {
  /** Paths such as `pinot/table.json`. */
  paths(): readonly string[];
  read(path: string): string;
}

/** The declarations in a folder that `eject` wrote, as they stand there now; without a folder those of the program. */
export function openDeclarations(folder?: string): Declarations {
  if (folder === undefined) return { paths: assetPaths, read: readAsset };
  const hint = "Write a whole set into a new folder: streamctl eject DIR";
  let texts: Readonly<Record<string, string>>;
  try {
    texts = readDeclarations(folder);
  } catch (error) {
    const why =
      systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR" ? "it is no folder of ejected declarations" : String(error);
    throw new StreamctlError("usage", `Cannot use "${folder}" for --dir: ${why}`, { cause: error, hint });
  }
  return {
    paths: () => Object.keys(texts).toSorted(),
    read: (path) => {
      const text = texts[path];
      if (text === undefined) throw new StreamctlError("usage", `Cannot read "${path}" in "${folder}": it is not there`, { hint });
      return text;
    },
  };
}

/** Paths of every declaration, as they stand in the project, sorted. */
export function assetPaths(): readonly string[] {
  return Object.keys(declarations).toSorted();
}

/** Text of one declaration. @throws StreamctlError `internal` for a path that is none. */
export function readAsset(path: string): string {
  const text = declarations[path];
  if (text === undefined) throw new StreamctlError("internal", `Cannot read "${path}": there is no such declaration`);
  return text;
}
