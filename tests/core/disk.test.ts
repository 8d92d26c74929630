import { expect, test } from "bun:test";
import { join } from "node:path";
import { describeDisk, diskOf, mountIn, withDiskSpace } from "../../src/core/disk.ts";
import { isDiskFull } from "../../src/core/errors.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("diskOf() finds the disk of a path that does not exist yet", async () => {
  expect(await diskOf("/proc/self/no-such-file")).toMatchObject({ mountPoint: "/proc", freeBytes: 0 });
  const folder = await temporaryFolder();
  const [here, below] = [await diskOf(folder), await diskOf(join(folder, "a/b"))];
  expect([below.mountPoint, below.sizeBytes]).toEqual([here.mountPoint, here.sizeBytes]);
  expect(here.sizeBytes > here.freeBytes && here.freeBytes > 0).toBe(true);
});

test("describeDisk() prints small disks in megabytes and large ones in gigabytes", () => {
  expect(describeDisk({ mountPoint: "/data", sizeBytes: 157_286_400, freeBytes: 0 })).toBe('"/data" (157 MB, 0 MB free)');
  expect(describeDisk({ mountPoint: undefined, sizeBytes: 252e9, freeBytes: 77.04e9 })).toBe("252.0 GB, 77.0 GB free");
});

test("withDiskSpace() names the path and its disk when the disk is full, and passes other errors through", async () => {
  const full = Object.assign(new Error("write"), { code: "ENOSPC" });
  const failure: unknown = await withDiskSpace("/proc/x", async () => await Promise.reject(full)).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "no-space",
    message: 'Cannot write "/proc/x": no space left on its disk "/proc" (0 MB, 0 MB free)',
  });
  expect(isDiskFull(failure)).toBe(true);
  const other = new Error("other");
  expect(await withDiskSpace("/proc/x", async () => await Promise.reject(other)).catch((error: unknown) => error)).toBe(other);
});

test("mountIn() finds the nearest mount above a path, the last one of several on one point", () => {
  const table = [
    "22 1 8:1 / / rw,relatime - ext4 /dev/root rw",
    "30 22 0:9 / /home/a\\040b rw,noexec - tmpfs tmpfs rw",
    "31 22 0:9 / /mnt rw,noexec - tmpfs tmpfs rw",
    "32 22 0:9 / /mnt rw - tmpfs tmpfs rw",
    "",
  ].join("\n");
  expect(mountIn(table, "/home/a b/state").options).toEqual(["rw", "noexec"]);
  expect(mountIn(table, "/home/a bc").options).toEqual(["rw", "relatime"]);
  expect(mountIn(table, "/mnt").options).toEqual(["rw"]);
  expect(mountIn("", "/mnt").options).toEqual([""]);
});
