import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireWritable, writeReport } from "../../src/cli/report-file.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function refusal(path: string): Promise<unknown> {
  return await requireWritable("--out", path).catch((error: unknown) => error);
}

describe("requireWritable()", () => {
  test("accepts a new file and an existing one, and changes neither", async () => {
    const folder = await temporaryFolder();
    expect(await refusal(join(folder, "new.html"))).toBeUndefined();
    expect(existsSync(join(folder, "new.html"))).toBe(false);
    await writeFile(join(folder, "old.html"), "old");
    expect(await refusal(join(folder, "old.html"))).toBeUndefined();
    expect(await readFile(join(folder, "old.html"), "utf8")).toBe("old");
  });

  test("says why a file cannot be written", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "reports"));
    await writeFile(join(folder, "file"), "");
    const reasons = {
      "": "the name is empty",
      [join(folder, "reports")]: "it is a folder",
      [join(folder, "reports/new/")]: "the folder does not exist",
      [join(folder, "missing/report.html")]: "the folder does not exist",
      [join(folder, "file/report.html")]: "the folder does not exist",
    };
    for (const [path, why] of Object.entries(reasons)) {
      expect(await refusal(path)).toMatchObject({ code: "usage", message: `Cannot write "${path}" (--out): ${why}` });
    }
  });

  // Permissions do not apply to the superuser.
  test.skipIf(process.getuid?.() === 0)("respects permissions", async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    expect(await refusal(join(folder, "report.html"))).toMatchObject({ message: expect.stringContaining("permission denied") });
  });
});

test("writeReport() replaces the file", async () => {
  const path = join(await temporaryFolder(), "report.html");
  await writeReport(path, "first, and longer");
  await writeReport(path, "second");
  expect(await readFile(path, "utf8")).toBe("second");
});
