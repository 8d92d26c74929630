/** The processes of this user, with what each was started as and where it works. Reads Linux's /proc. */

import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { identifyProcess, type ProcessIdentity } from "./process.ts";

export interface ListedProcess {
  readonly identity: ProcessIdentity;
  /** The program and its arguments. */
  readonly words: readonly string[];
  /**
   * Its current folder, also where that was renamed or deleted since; undefined where it cannot be read, and for a process with mounts of
   * its own, such as one in a container, whose paths are not those of this process.
   */
  readonly folder: string | undefined;
}

/** Processes of this user whose words a filter takes. Those that end meanwhile are left out. */
export async function processesOfUser(takes: (words: readonly string[]) => boolean): Promise<readonly ListedProcess[]> {
  const user = process.getuid?.();
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/u.test(name));
  const listed = await Promise.all(
    pids.map(async (pid): Promise<ListedProcess | undefined> => {
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0").slice(0, -1);
      if (!takes(words)) return undefined;
      const owner = (await stat(`/proc/${pid}`).catch(() => undefined))?.uid;
      const identity = owner === user ? await identifyProcess(Number(pid)) : undefined;
      if (!identity) return undefined;
      const [mounts, ownMounts] = await Promise.all([pid, "self"].map(async (one) => await linkOf(`/proc/${one}/ns/mnt`)));
      const folder = mounts !== undefined && mounts === ownMounts ? await linkOf(`/proc/${pid}/cwd`) : undefined;
      return { identity, words, folder: folder?.replace(/ \(deleted\)$/u, "") };
    }),
  );
  return listed.filter((found) => found !== undefined);
}

async function linkOf(path: string): Promise<string | undefined> {
  return await readlink(path).catch(() => undefined);
}
