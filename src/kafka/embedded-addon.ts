/**
 * The addon as a file inside the compiled executable. Apart from addon.ts because only Bun knows this import, and because
 * the file exists only after `make build`: addon.ts evaluates this module in a compiled executable and nowhere else.
 */

import path from "../../build/streamctl_native.node" with { type: "file" };

/** Where the executable's own file system holds the addon. */
export const embeddedAddonPath: string = path;
