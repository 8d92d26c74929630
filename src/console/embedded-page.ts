/** The page's files, embedded in a bundle. Separate from page-files.ts because only Bun's bundler runs macros. */

import { readCompressedPage } from "./page-reading.ts" with { type: "macro" };

export const embeddedPage: Readonly<Record<string, string>> = readCompressedPage();
