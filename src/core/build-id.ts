import type * as Embedded from "./embedded-build-id.ts";
import { projectFolder } from "./origin.ts";
import { hashSources } from "./source-hash.ts";

/** Identifies the sources of this program: the same for a bundle and for the sources from which it was built. */
// A plain require: the bundler embeds the module, and no other runtime evaluates it.
export const buildId: string =
  projectFolder === undefined ? (require("./embedded-build-id.ts") as typeof Embedded).embeddedBuildId : hashSources();
