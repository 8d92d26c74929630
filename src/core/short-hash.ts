import { createHash } from "node:crypto";

/**
 * The first hexadecimal digits of a text's SHA-256. These hashes are part of names of cache folders and images and are stored on disk: with
 * another algorithm, everything that exists would count as changed.
 *
 * @param digits default 16; fewer where the hash is part of a name
 */
export function shortHash(text: string, digits: 8 | 12 | 16 = 16): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
