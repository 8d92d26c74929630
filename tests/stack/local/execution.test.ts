import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
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

test("allowsExecution() is true for an ordinary folder", async () => {
  expect(await allowsExecution(await temporaryFolder())).toBe(true);
});

if (mounted === undefined) {
  test.skip("allowsExecution() on a file system with noexec: SKIPPED, because only root can mount one", () => {});
} else {
  test("allowsExecution() is false on a file system mounted with noexec", async () => {
    expect(await allowsExecution(mounted)).toBe(false);
  });
}
