/**
 * The addon as a file of a bundle. Apart from addon.ts because only Bun's bundler knows this import, and because the file
 * exists only after `make build`: addon.ts evaluates this module in a bundle and nowhere else.
 */

import path from "../../build/streamctl_native.node" with { type: "file" };

/** A path in the executable's own file system; in a bundle for Node, relative to the bundle. */
export const embeddedAddonPath: string = path;
