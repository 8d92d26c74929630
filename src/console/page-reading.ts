/**
 * Reads the page's files: at startup when the program runs from its sources, at build time (as a macro of the bundler) for a bundle, which
 * contains them compressed.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** The folder that scripts/build-page.sh writes. */
export const pageFolder: string = fileURLToPath(new URL("../../build/console/", import.meta.url));

/** Files by name, compressed with gzip, in base64. @throws Error without the folder, which ends the build */
export function readCompressedPage(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(pageFolder).map((name) => [name, gzipSync(readFileSync(`${pageFolder}${name}`), { level: 9 }).toString("base64")]),
  );
}

/** Files by name; undefined if the page has not been built. */
export function readBuiltPage(): Readonly<Record<string, Uint8Array>> | undefined {
  if (!existsSync(`${pageFolder}index.html`)) return undefined;
  return Object.fromEntries(readdirSync(pageFolder).map((name) => [name, readFileSync(`${pageFolder}${name}`)]));
}
