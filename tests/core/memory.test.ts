import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { availableMemory, oomKills } from "../../src/core/memory.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A folder with these files, used as the root of a file system. */
async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const meminfo = "MemTotal:       24731904 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n";
const unlimited = "9223372036854771712\n";

test("availableMemory() is what the machine has when no control group limits it", async () => {
  const machine = { bytes: 8_000_000 * 1024, limitedBy: "machine" } as const;
  expect(await availableMemory(await tree({ "proc/meminfo": meminfo }))).toEqual(machine);
  const two = await tree({
    "proc/meminfo": meminfo,
    "proc/self/cgroup": "0::/user.slice\n",
    "sys/fs/cgroup/user.slice/memory.max": "max\n",
    "sys/fs/cgroup/user.slice/memory.current": "1000000000\n",
  });
  expect(await availableMemory(two)).toEqual(machine);
  const one = await tree({
    "proc/meminfo": meminfo,
    "proc/self/cgroup": "4:memory:/a\n0::/\n",
    "sys/fs/cgroup/memory/a/memory.limit_in_bytes": unlimited,
    "sys/fs/cgroup/memory/a/memory.usage_in_bytes": "5\n",
  });
  expect(await availableMemory(one)).toEqual(machine);
});

test("availableMemory() is what the tightest group up to the root leaves, file cache not counted (cgroup v2)", async () => {
  const root = await tree({
    "proc/meminfo": meminfo,
    "proc/self/cgroup": "0::/work.slice/job.scope\n",
    "sys/fs/cgroup/work.slice/memory.max": "1000000000\n",
    "sys/fs/cgroup/work.slice/memory.current": "900000000\n",
    "sys/fs/cgroup/work.slice/memory.stat": "anon 600000000\ninactive_file 300000000\nactive_file 1\n",
    "sys/fs/cgroup/work.slice/job.scope/memory.max": "2000000000\n",
    "sys/fs/cgroup/work.slice/job.scope/memory.current": "500000000\n",
  });
  expect(await availableMemory(root)).toEqual({ bytes: 400_000_000, limitedBy: "cgroup" });
});

test("availableMemory() reads cgroup v1, and the root of the mount when a container does not see its path", async () => {
  const root = await tree({
    "proc/meminfo": meminfo,
    "proc/self/cgroup": "8:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "734003200\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "200000000\n",
    "sys/fs/cgroup/memory/memory.stat": "inactive_file 7\ntotal_inactive_file 100000000\n",
  });
  expect(await availableMemory(root)).toEqual({ bytes: 634_003_200, limitedBy: "cgroup" });
});

test("availableMemory() is never negative", async () => {
  const root = await tree({
    "proc/meminfo": meminfo,
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/memory.max": "1000\n",
    "sys/fs/cgroup/memory.current": "5000\n",
  });
  expect(await availableMemory(root)).toEqual({ bytes: 0, limitedBy: "cgroup" });
});

test("oomKills() counts the kills of the kernel's OOM killer", async () => {
  expect(await oomKills(await tree({ "proc/vmstat": "pgfault 1\noom_kill 3\n" }))).toBe(3);
  expect(await oomKills(await tree({ "proc/vmstat": "pgfault 1\n" }))).toBeUndefined();
});
