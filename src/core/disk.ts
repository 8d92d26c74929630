/** The disk on which a path lies: how large, how full, under which name a person finds it. */

import { readFile, realpath, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { isDiskFull, StreamctlError, systemCode } from "./errors.ts";

export interface Disk {
  /** Undefined where the system does not tell. */
  readonly mountPoint: string | undefined;
  readonly sizeBytes: number;
  /** For this user. */
  readonly freeBytes: number;
}

/** Below this much an engine that keeps its data there cannot go on, in bytes. */
const fullBytes = 16e6;

/** The disk of a file or folder, or of the nearest one above it that is there. @throws what the system throws for a path that cannot be looked at */
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

/** Runs what writes to a path. @throws StreamctlError `no-space` that names the disk, where there is no room for it */
export async function withRoom<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isDiskFull(error) || error instanceof StreamctlError) throw error;
    const disk = await diskOf(path).then(describeDisk, () => "unknown");
    throw new StreamctlError("no-space", `Cannot write "${path}": no room left on its disk ${disk}`, {
      cause: error,
      hint: "Free some room there, or choose another folder: --state-dir DIR; streamctl down --volumes deletes the stack of this one",
    });
  }
}

/** Where and how the file system of a path is mounted. */
export interface Mount {
  /** Undefined where the system does not tell. */
  readonly point: string | undefined;
  readonly options: readonly string[];
}

/** The mount of a file or folder that is there. */
export async function mountOf(path: string): Promise<Mount> {
  const [table, real] = await Promise.all([readFile("/proc/self/mountinfo", "utf8").catch(() => ""), realpath(path)]);
  return mountIn(table, real);
}

/**
 * The mount of a path; none where that cannot be known. Pure.
 *
 * @param table text of https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function mountIn(table: string, path: string): Mount {
  const mounts = table.split("\n").map((line) => {
    const [, , , , point = "", options = ""] = line.split(" ");
    return { point: point.replaceAll(/\\(\d{3})/gu, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 8))), options };
  });
  const above = mounts.filter(({ point }) => point !== "" && `${path}/`.startsWith(point.endsWith("/") ? point : `${point}/`));
  // Of several on one point the last one counts.
  const nearest = above.toSorted((one, other) => one.point.length - other.point.length).at(-1);
  return { point: nearest?.point, options: (nearest?.options ?? "").split(",") };
}
