import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildId } from "../../src/core/build-id.ts";
import { hashSources } from "../../src/core/source-hash.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A folder with these files. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const files = { "main.ts": "1", "page/view.tsx": "2", "page/page.css": "3", "page/index.html": "4" };

describe("hashSources()", () => {
  test("is the same for the same sources, in whatever order they were written", async () => {
    const [one, other] = [await folderWith(files), await folderWith(Object.fromEntries(Object.entries(files).toReversed()))];
    const text = "main.ts\u00001\u0000page/index.html\u00004\u0000page/page.css\u00003\u0000page/view.tsx\u00002\u0000";
    expect(hashSources(one)).toBe(createHash("sha256").update(text).digest("hex").slice(0, 12));
    expect(hashSources(other)).toBe(hashSources(one));
  });

  test.each(Object.keys(files))("changes with %s", async (path) => {
    const folder = await folderWith(files);
    const before = hashSources(folder);
    await writeFile(join(folder, path), "changed");
    expect(hashSources(folder)).not.toBe(before);
  });

  test("changes with a file that is added or renamed, and with text that moves to another file", async () => {
    const folder = await folderWith(files);
    const hashes = [hashSources(folder)];
    await writeFile(join(folder, "empty.ts"), "");
    hashes.push(hashSources(folder));
    await rename(join(folder, "empty.ts"), join(folder, "empty2.ts"));
    hashes.push(hashSources(folder));
    for (const moved of [{ "a.ts": "x" }, { "a.tsx": "" }, { "a.ts": "b", "b.ts": "" }, { "a.ts": "", "b.ts": "b" }])
      hashes.push(hashSources(await folderWith(moved)));
    expect(new Set(hashes).size).toBe(7);
  });

  test("does not depend on other files, which a build or an editor leaves", async () => {
    const folder = await folderWith(files);
    const before = hashSources(folder);
    await writeFile(join(folder, "main.ts.swp"), "x");
    await writeFile(join(folder, "README.md"), "x");
    expect(hashSources(folder)).toBe(before);
  });
});

test("buildId identifies the sources from which the program runs", () => {
  expect(buildId).toBe(hashSources());
});
