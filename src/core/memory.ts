/**
 * The memory still available to this process and the processes that it starts, within the limits of the machine and of its control groups.
 * https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface AvailableMemory {
  readonly bytes: number;
  /** `cgroup` if a control group allows less memory than the machine has available. */
  readonly limitedBy: "machine" | "cgroup";
}

/**
 * The minimum of the machine's available memory and the memory left in each control group of this process, up to the root group.
 *
 * @param root root of the file system; tests pass a folder
 */
export async function availableMemory(root = "/"): Promise<AvailableMemory> {
  const meminfo = (await readText(join(root, "proc/meminfo"))) ?? "";
  const machine = Number(/^MemAvailable:\s+(\d+) kB$/mu.exec(meminfo)?.[1] ?? Number.POSITIVE_INFINITY) * 1024;
  const cgroup = Math.min(...(await availableInCgroups(root)));
  return cgroup < machine ? { bytes: Math.max(0, cgroup), limitedBy: "cgroup" } : { bytes: machine, limitedBy: "machine" };
}

/** Processes that the kernel's OOM killer has killed since boot, in all control groups; undefined where the kernel does not count them. */
export async function oomKills(root = "/"): Promise<number | undefined> {
  const count = /^oom_kill (\d+)$/mu.exec((await readText(join(root, "proc/vmstat"))) ?? "")?.[1];
  return count === undefined ? undefined : Number(count);
}

interface Hierarchy {
  readonly mounts: readonly string[];
  readonly limit: string;
  readonly usage: string;
  /** Line of `memory.stat` with the file cache that the kernel reclaims before it refuses memory. */
  readonly reclaimable: RegExp;
}

const version1: Hierarchy = {
  mounts: ["sys/fs/cgroup/memory"],
  limit: "memory.limit_in_bytes",
  usage: "memory.usage_in_bytes",
  reclaimable: /^total_inactive_file (\d+)$/mu,
};
const version2: Hierarchy = {
  mounts: ["sys/fs/cgroup", "sys/fs/cgroup/unified"],
  limit: "memory.max",
  usage: "memory.current",
  reclaimable: /^inactive_file (\d+)$/mu,
};

async function availableInCgroups(root: string): Promise<readonly number[]> {
  const available: number[] = [];
  for (const line of ((await readText(join(root, "proc/self/cgroup"))) ?? "").split("\n")) {
    const [id, controllers, ...rest] = line.split(":");
    const path = rest.join(":");
    const hierarchy = id === "0" && controllers === "" ? version2 : controllers?.split(",").includes("memory") ? version1 : undefined;
    if (hierarchy === undefined || path === "") continue;
    // In a container the path may be the host's while the mount shows the container's group: so the root of the mount is read in any case.
    for (const mount of hierarchy.mounts) {
      for (const folder of ancestors(path)) {
        const bytes = await availableIn(join(root, mount, folder), hierarchy);
        if (bytes !== undefined) available.push(bytes);
      }
    }
  }
  return available;
}

/** Bytes left in one control group; undefined where it has no limit. */
async function availableIn(folder: string, { limit, usage, reclaimable }: Hierarchy): Promise<number | undefined> {
  const [most, used, stat] = await Promise.all([limit, usage, "memory.stat"].map(async (file) => await readText(join(folder, file))));
  if (most === undefined || used === undefined || most.trim() === "max") return undefined;
  return Number(most) - Number(used) + Number(reclaimable.exec(stat ?? "")?.[1] ?? 0);
}

function ancestors(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...ancestors(parent)];
}

/** Undefined for a file that does not exist or is not readable. */
async function readText(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}
