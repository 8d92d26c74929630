/**
 * The addon as a file of a bundle. Separate from addon.ts because only Bun's bundler supports this import, and because the file exists only
 * after `make build`: addon.ts evaluates this module only in a bundle.
 */

import path from "../../build/streamctl_native.node" with { type: "file" };

/** A path in the executable's virtual file system; in a bundle for Node, relative to the bundle. */
export const embeddedAddonPath: string = path;
