/** A folder with a FAKE of ksqlDB's server, compiled here from `FakeKsqlServerMain.java`. */

import { expect } from "bun:test";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runCommand } from "../../../src/core/process.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** @param path of its only jar, below the folder */
export async function fakeKsqldbHome(path: string): Promise<string> {
  const folder = await temporaryFolder();
  const source = join(folder, "KsqlServerMain.java");
  const jar = join(folder, "home", path);
  await mkdir(dirname(jar), { recursive: true });
  await copyFile(join(import.meta.dir, "FakeKsqlServerMain.java"), source);
  const compiled = await runCommand({ program: "javac", args: ["-d", join(folder, "classes"), source] });
  const packed = await runCommand({ program: "jar", args: ["--create", "--file", jar, "-C", join(folder, "classes"), "."] });
  expect([compiled, packed]).toEqual([
    { exitCode: 0, output: "" },
    { exitCode: 0, output: "" },
  ]);
  return join(folder, "home");
}
