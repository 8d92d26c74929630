import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readCertificates } from "../../../src/stack/docker/certificates.ts";
import { failureOf } from "../../processors/failure.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const pem = (body: string): string => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;

test("readCertificates() returns each certificate separately, without the text between them", async () => {
  const path = join(await temporaryFolder(), "ca.pem");
  await writeFile(path, `# mine\n${pem("AA")}\n-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n${pem("BB")}\n`);
  expect(await readCertificates(path)).toEqual([`${pem("AA")}\n`, `${pem("BB")}\n`]);
});

test("readCertificates() rejects a missing file and one without certificates", async () => {
  const path = join(await temporaryFolder(), "ca.pem");
  expect(await failureOf(readCertificates(path))).toMatchObject({ message: `Cannot use "${path}" for --extra-ca: no such file` });
  await writeFile(path, "not a certificate\n");
  expect(await failureOf(readCertificates(path))).toMatchObject({
    message: `Cannot use "${path}" for --extra-ca: it contains no certificate in PEM format (BEGIN CERTIFICATE)`,
  });
});
