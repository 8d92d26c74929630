import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspectFolder } from "../../src/pipeline/machine.ts";
import { findJava } from "../../src/stack/local/java.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("inspectFolder() handles an existing folder, one that can be created and one that cannot", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  const obstacleOf = async (path: string): Promise<string | undefined> => (await inspectFolder(path)).obstacle;
  expect(await obstacleOf(folder)).toBeUndefined();
  expect(await obstacleOf(join(folder, "a/b/c"))).toBeUndefined();
  expect(await obstacleOf(join(folder, "file"))).toBe("it is a file, not a folder");
  expect(await obstacleOf(join(folder, "file/a/b"))).toBe("it is a file, not a folder");
});

test("findJava() resolves a relative JAVA_HOME against the current folder, and does not accept a folder as program", async () => {
  const folder = await temporaryFolder();
  const before = { home: process.env["JAVA_HOME"], cwd: process.cwd() };
  await mkdir(join(folder, "jdk/bin"), { recursive: true });
  await mkdir(join(folder, "other/bin/java"), { recursive: true });
  await writeFile(join(folder, "jdk/bin/java"), "", { mode: 0o755 });
  try {
    process.chdir(folder);
    process.env["JAVA_HOME"] = "jdk";
    expect(await findJava()).toBe(join(folder, "jdk/bin/java"));
    process.env["JAVA_HOME"] = "other";
    expect(await findJava()).toBeUndefined();
  } finally {
    process.chdir(before.cwd);
    if (before.home === undefined) delete process.env["JAVA_HOME"];
    else process.env["JAVA_HOME"] = before.home;
  }
});
