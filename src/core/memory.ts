/**
 * How much memory this process and those that it starts can still get: of the machine, and of its control groups, which may grant much
 * less. https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface AvailableMemory {
  readonly bytes: number;
  /** `machine`, or `cgroup` where a control group leaves less than the machine has. */
  readonly limitedBy: "machine" | "cgroup";
}

/**
 * The least of what the machine has available and what each control group leaves, from this process's own up to the root.
 *
 * @param root of the file system; another one in tests
 */
export async function availableMemory(root = "/"): Promise<AvailableMemory> {
  const meminfo = (await readText(join(root, "proc/meminfo"))) ?? "";
  const machine = Number(/^MemAvailable:\s+(\d+) kB$/mu.exec(meminfo)?.[1] ?? Number.POSITIVE_INFINITY) * 1024;
  const cgroup = Math.min(...(await roomInCgroups(root)));
  return cgroup < machine ? { bytes: Math.max(0, cgroup), limitedBy: "cgroup" } : { bytes: machine, limitedBy: "machine" };
}

/** How many processes the kernel has ended for lack of memory since the boot, in whatever group; undefined where it does not tell. */
export async function oomKills(root = "/"): Promise<number | undefined> {
  const count = /^oom_kill (\d+)$/mu.exec((await readText(join(root, "proc/vmstat"))) ?? "")?.[1];
  return count === undefined ? undefined : Number(count);
}

interface Hierarchy {
  readonly mounts: readonly string[];
  readonly limit: string;
  readonly usage: string;
  /** Of `memory.stat`: file cache that the kernel gives up before it refuses anything. */
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

async function roomInCgroups(root: string): Promise<readonly number[]> {
  const rooms: number[] = [];
  for (const line of ((await readText(join(root, "proc/self/cgroup"))) ?? "").split("\n")) {
    const [id, controllers, ...rest] = line.split(":");
    const path = rest.join(":");
    const hierarchy = id === "0" && controllers === "" ? version2 : controllers?.split(",").includes("memory") ? version1 : undefined;
    if (hierarchy === undefined || path === "") continue;
    // In a container the path may be that of the host, and the mount the container's own group: its root counts in any case.
    for (const mount of hierarchy.mounts) {
      for (const folder of ancestors(path)) {
        const room = await roomIn(join(root, mount, folder), hierarchy);
        if (room !== undefined) rooms.push(room);
      }
    }
  }
  return rooms;
}

/** What one group leaves; undefined where it has no limit. */
async function roomIn(folder: string, { limit, usage, reclaimable }: Hierarchy): Promise<number | undefined> {
  const [most, used, stat] = await Promise.all([limit, usage, "memory.stat"].map(async (file) => await readText(join(folder, file))));
  if (most === undefined || used === undefined || most.trim() === "max") return undefined;
  return Number(most) - Number(used) + Number(reclaimable.exec(stat ?? "")?.[1] ?? 0);
}

function ancestors(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...ancestors(parent)];
}

/** Undefined where a file is not there or not for us to read. */
async function readText(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}
