import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostsFileWith, unresolvableHostName } from "../../../src/stack/local/host-names.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

test("hostsFileWith() adds a name to the entries of /etc/hosts, or to none", async () => {
  const table = join(await temporaryFolder(), "hosts");
  expect(await hostsFileWith("lost", table)).toBe("\n127.0.0.1 localhost lost\n");
  await writeFile(table, "10.0.0.7 store");
  expect(await hostsFileWith("lost", table)).toBe("10.0.0.7 store\n127.0.0.1 localhost lost\n");
});

test("unresolvableHostName() asks getent, and assumes that the name resolves when there is no getent", async () => {
  const folder = await temporaryFolder();
  const answer = async (script: string | undefined): Promise<string | undefined> => {
    const path = process.env["PATH"];
    if (script !== undefined) await writeFile(join(folder, "getent"), script, { mode: 0o755 });
    process.env["PATH"] = folder;
    try {
      return await unresolvableHostName(undefined);
    } finally {
      process.env["PATH"] = path;
    }
  };
  expect(await answer(undefined)).toBeUndefined();
  expect(await answer("#!/bin/sh\nexit 0\n")).toBeUndefined();
  expect(await answer("#!/bin/sh\nexit 2\n")).toBe((await import("node:os")).hostname());
});
