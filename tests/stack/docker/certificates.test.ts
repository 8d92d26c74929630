import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readCertificates } from "../../../src/stack/docker/certificates.ts";
import { failureOf } from "../../processors/failure.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const pem = (body: string): string => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;

test("readCertificates() answers each certificate by itself, and nothing of what lies between", async () => {
  const path = join(await temporaryFolder(), "ca.pem");
  await writeFile(path, `# mine\n${pem("AA")}\n-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n${pem("BB")}\n`);
  expect(await readCertificates(path)).toEqual([`${pem("AA")}\n`, `${pem("BB")}\n`]);
});

test("readCertificates() refuses a file that is not there or holds none", async () => {
  const path = join(await temporaryFolder(), "ca.pem");
  expect(await failureOf(readCertificates(path))).toMatchObject({ message: `Cannot use "${path}" for --extra-ca: no such file` });
  await writeFile(path, "not a certificate\n");
  expect(await failureOf(readCertificates(path))).toMatchObject({
    message: `Cannot use "${path}" for --extra-ca: it holds no certificate in PEM (BEGIN CERTIFICATE)`,
  });
});
