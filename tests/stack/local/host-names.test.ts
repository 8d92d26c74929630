import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostsWith, unknownHostName } from "../../../src/stack/local/host-names.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

test("hostsWith() adds a name to those of the machine, whether it has a table of them or not", async () => {
  const table = join(await temporaryFolder(), "hosts");
  expect(await hostsWith("lost", table)).toBe("\n127.0.0.1 localhost lost\n");
  await writeFile(table, "10.0.0.7 store");
  expect(await hostsWith("lost", table)).toBe("10.0.0.7 store\n127.0.0.1 localhost lost\n");
});

test("unknownHostName() asks getent, and takes a machine without it as one that knows its name", async () => {
  const folder = await temporaryFolder();
  const answer = async (script: string | undefined): Promise<string | undefined> => {
    const path = process.env["PATH"];
    if (script !== undefined) await writeFile(join(folder, "getent"), script, { mode: 0o755 });
    process.env["PATH"] = folder;
    try {
      return await unknownHostName(undefined);
    } finally {
      process.env["PATH"] = path;
    }
  };
  expect(await answer(undefined)).toBeUndefined();
  expect(await answer("#!/bin/sh\nexit 0\n")).toBeUndefined();
  expect(await answer("#!/bin/sh\nexit 2\n")).toBe((await import("node:os")).hostname());
});
