/** Root certificates of a user, for builds of images behind a proxy that ends TLS. */

import { readFile } from "node:fs/promises";
import { messageOf, StreamctlError, systemCode } from "../../core/errors.ts";

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/gu;

/**
 * The certificates of a PEM file, each by itself: a key store takes one at a time.
 *
 * @throws StreamctlError `usage` for a file that cannot be read or holds none
 */
export async function readCertificates(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw refusal(path, systemCode(error) === "ENOENT" ? "no such file" : messageOf(error));
  });
  const found = [...text.matchAll(certificate)].map(([pem]) => `${pem}\n`);
  if (found.length === 0) throw refusal(path, "it holds no certificate in PEM (BEGIN CERTIFICATE)");
  return found;
}

function refusal(path: string, why: string): StreamctlError {
  return new StreamctlError("usage", `Cannot use "${path}" for --extra-ca: ${why}`, {
    hint: "Give a file with root certificates in PEM, such as /usr/local/share/ca-certificates/proxy.crt",
  });
}
