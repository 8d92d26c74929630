import { createHash } from "node:crypto";

/**
 * The first hexadecimal digits of a text's SHA-256. These name folders of caches, images and containers, and are kept on disk: another
 * algorithm would make everything that stands look changed.
 *
 * @param digits 16 by default; fewer where the hash is part of a name
 */
export function shortHash(text: string, digits: 8 | 12 | 16 = 16): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
