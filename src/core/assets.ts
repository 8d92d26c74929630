/** The declarations of the engines, from beside the sources or from inside the bundle. Imported by what needs them only. */

import { readDeclarations } from "./declarations.ts";
import type * as Embedded from "./embedded-declarations.ts";
import { StreamctlError } from "./errors.ts";
import { projectFolder } from "./origin.ts";

// A plain require, so that the bundler embeds the module and no other runtime meets it.
const declarations =
  projectFolder === undefined ? (require("./embedded-declarations.ts") as typeof Embedded).embeddedDeclarations : readDeclarations();

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
