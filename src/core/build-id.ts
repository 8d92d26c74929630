import type * as Embedded from "./embedded-build-id.ts";
import { projectFolder } from "./origin.ts";

/** Identifies the build of a bundle; `sources` when the program runs from its sources. */
export function buildId(): string {
  // A plain require: the bundler embeds the module, and no other runtime evaluates it.
  return projectFolder === undefined ? (require("./embedded-build-id.ts") as typeof Embedded).embeddedBuildId : "sources";
}
