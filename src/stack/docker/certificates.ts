/** The user's root certificates, for building images behind a proxy that terminates TLS. */

import { readFile } from "node:fs/promises";
import { messageOf, type StreamctlError, systemCode } from "../../core/errors.ts";
import { refuse } from "../../core/option-text.ts";

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/gu;

/**
 * The certificates of a PEM file as separate texts, because keytool imports one at a time.
 *
 * @throws StreamctlError `usage` for a file that cannot be read or contains no certificate
 */
export async function readCertificates(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw refusal(path, systemCode(error) === "ENOENT" ? "no such file" : messageOf(error));
  });
  const found = [...text.matchAll(certificate)].map(([pem]) => `${pem}\n`);
  if (found.length === 0) throw refusal(path, "it contains no certificate in PEM format (BEGIN CERTIFICATE)");
  return found;
}

function refusal(path: string, why: string): StreamctlError {
  const hint = "Use a file with root certificates in PEM format, such as /usr/local/share/ca-certificates/proxy.crt";
  return refuse("--extra-ca", path, why, hint);
}
