/**
 * Declarations of the engines (SQL statements, schemas, configuration), from the sources or from the bundle. Importing this module loads
 * all of them.
 */

import { readDeclarations } from "./declarations.ts";
import type * as Embedded from "./embedded-declarations.ts";
import { StreamctlError, systemCode } from "./errors.ts";
import { projectFolder } from "./origin.ts";

// A plain require: the bundler embeds the module, and no other runtime evaluates it.
const declarations =
  projectFolder === undefined ? (require("./embedded-declarations.ts") as typeof Embedded).embeddedDeclarations : readDeclarations();

/** A source of declarations: the built-in ones, or the user's folder. */
export interface Declarations {
  /** Paths such as `pinot/table.json`. */
  paths(): readonly string[];
  read(path: string): string;
}

/** The declarations in a folder that `eject` wrote, read once; the built-in ones without a folder. */
export function openDeclarations(folder?: string): Declarations {
  if (folder === undefined) return { paths: assetPaths, read: readAsset };
  const hint = "Write a complete set into a new folder: streamctl eject DIR";
  let texts: Readonly<Record<string, string>>;
  try {
    texts = readDeclarations(folder);
  } catch (error) {
    const why =
      systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR" ? "it is not a folder that streamctl eject wrote" : String(error);
    throw new StreamctlError("usage", `Cannot use "${folder}" for --dir: ${why}`, { cause: error, hint });
  }
  return {
    paths: () => Object.keys(texts).toSorted(),
    read: (path) => {
      const text = texts[path];
      if (text === undefined) throw new StreamctlError("usage", `Cannot read "${path}" in "${folder}": no such file`, { hint });
      return text;
    },
  };
}

/** Paths of all built-in declarations relative to the project's folder, sorted. */
export function assetPaths(): readonly string[] {
  return Object.keys(declarations).toSorted();
}

/** Text of one built-in declaration. @throws StreamctlError `internal` for an unknown path. */
export function readAsset(path: string): string {
  const text = declarations[path];
  if (text === undefined) throw new StreamctlError("internal", `Cannot read "${path}": no such declaration`);
  return text;
}
