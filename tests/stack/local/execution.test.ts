import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allowsExecution } from "../../../src/stack/local/execution.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** A file system mounted with noexec; undefined when this user may not mount. */
function mountWithoutExecution(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "streamctl-noexec-"));
  const mount = Bun.which("mount");
  if (mount !== null && Bun.spawnSync([mount, "-t", "tmpfs", "-o", "noexec,size=1m", "tmpfs", folder]).success) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

const mounted = mountWithoutExecution();

afterAll(() => {
  if (mounted === undefined) return;
  Bun.spawnSync([Bun.which("umount") ?? "umount", mounted]);
  rmSync(mounted, { recursive: true });
});

test("allowsExecution() is true for an ordinary folder, creates a missing one, and leaves no files", async () => {
  const folder = join(await temporaryFolder(), "state");
  expect(await allowsExecution(folder)).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

if (mounted === undefined) {
  test.skip("allowsExecution() on a file system with noexec: SKIPPED, because only root can mount one", () => {});
} else {
  test("allowsExecution() is false on a file system mounted with noexec, and leaves no files", async () => {
    expect(await allowsExecution(mounted)).toBe(false);
    expect(await readdir(mounted)).toEqual([]);
  });
}
