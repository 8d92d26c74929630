/** A hash of the program's sources: at startup when the program runs from them, at build time (as a macro of the bundler) for a bundle. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Twelve hexadecimal digits. @param folder default: `src/` */
export function hashSources(folder = fileURLToPath(new URL("../", import.meta.url))): string {
  const hash = createHash("sha256");
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => /\.(?:tsx?|css|html)$/u.test(path));
  for (const path of paths.toSorted())
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(folder, path)))
      .update("\0");
  return hash.digest("hex").slice(0, 12);
}
