/** The hash of the sources of a bundle. Separate from build-id.ts because only Bun's bundler runs macros. */

import { hashSources } from "./source-hash.ts" with { type: "macro" };

export const embeddedBuildId: string = hashSources();
