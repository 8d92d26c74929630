/** Size, free space and mount point of the file system that contains a path. */

import { readFile, realpath, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { isDiskFull, StreamctlError, systemCode } from "./errors.ts";

export interface Disk {
  /** Undefined where it cannot be determined. */
  readonly mountPoint: string | undefined;
  readonly sizeBytes: number;
  /** Available to this user, who may not use the blocks reserved for root. */
  readonly freeBytes: number;
}

/** With less free space than this, in bytes, an engine cannot keep writing its data. */
const fullBytes = 16e6;

/** The disk of a path, or of its nearest existing ancestor. @throws the system's error for a path that cannot be inspected */
export async function diskOf(path: string): Promise<Disk> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { mountPoint: (await mountOf(path)).point, sizeBytes: blocks * bsize, freeBytes: bavail * bsize };
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "") || dirname(path) === path) throw error;
    return await diskOf(dirname(path));
  }
}

export function isNearlyFull({ freeBytes }: Disk): boolean {
  return freeBytes < fullBytes;
}

/** Such as `"/data" (500.0 GB, 0.2 GB free)`. */
export function describeDisk({ mountPoint, sizeBytes, freeBytes }: Disk): string {
  const [unit, bytes] = sizeBytes >= 10e9 ? ["GB", 1e9] : ["MB", 1e6];
  const digits = unit === "GB" ? 1 : 0;
  const amounts = `${(sizeBytes / bytes).toFixed(digits)} ${unit}, ${(freeBytes / bytes).toFixed(digits)} ${unit} free`;
  return mountPoint === undefined ? amounts : `"${mountPoint}" (${amounts})`;
}

/** Runs `write`, which writes to a path. @throws StreamctlError `no-space`, naming the disk, when the disk is full */
export async function withDiskSpace<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isDiskFull(error) || error instanceof StreamctlError) throw error;
    const disk = await diskOf(path).then(describeDisk, () => "unknown");
    throw new StreamctlError("no-space", `Cannot write "${path}": no space left on its disk ${disk}`, {
      cause: error,
      hint: "Free some space, or choose another folder: --state-dir DIR. To delete this stack with its data: streamctl down --volumes",
    });
  }
}

/** Mount point and mount options of a file system. */
export interface Mount {
  /** Undefined where it cannot be determined. */
  readonly point: string | undefined;
  readonly options: readonly string[];
}

/** The mount of an existing file or folder. */
export async function mountOf(path: string): Promise<Mount> {
  const [table, real] = await Promise.all([readFile("/proc/self/mountinfo", "utf8").catch(() => ""), realpath(path)]);
  return mountIn(table, real);
}

/**
 * The mount of a path; without a mount point when the table does not contain one. Pure.
 *
 * @param table text of https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function mountIn(table: string, path: string): Mount {
  const mounts = table.split("\n").map((line) => {
    const [, , , , point = "", options = ""] = line.split(" ");
    return { point: point.replaceAll(/\\(\d{3})/gu, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 8))), options };
  });
  const above = mounts.filter(({ point }) => point !== "" && `${path}/`.startsWith(point.endsWith("/") ? point : `${point}/`));
  // Of several mounts on one point, the last one is visible.
  const nearest = above.toSorted((one, other) => one.point.length - other.point.length).at(-1);
  return { point: nearest?.point, options: (nearest?.options ?? "").split(",") };
}
