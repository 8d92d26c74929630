/** The declarations embedded in a bundle. Separate from assets.ts because only Bun's bundler runs macros. */

import { readDeclarations } from "./declarations.ts" with { type: "macro" };

export const embeddedDeclarations: Readonly<Record<string, string>> = readDeclarations();
