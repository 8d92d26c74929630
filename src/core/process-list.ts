/** Lists this user's processes with their command lines and working directories. Reads Linux's /proc. */

import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { identifyProcess, type ProcessIdentity, statFields } from "./process.ts";

export interface ListedProcess {
  readonly identity: ProcessIdentity;
  /** Program and arguments. */
  readonly args: readonly string[];
  /**
   * Working directory, which may have been renamed or deleted since the start. Undefined where it cannot be read, and for a process in
   * another mount namespace, such as a container, where paths have another meaning.
   */
  readonly folder: string | undefined;
  /** Pids of its ancestors and of the leader of its session, which remains its session when the processes between have ended. */
  readonly above: readonly number[];
}

/** Processes of this user whose command line matches. Leaves out those that end during the call. */
export async function processesOfUser(matches: (args: readonly string[]) => boolean): Promise<readonly ListedProcess[]> {
  const user = process.getuid?.();
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/u.test(name));
  const ownMounts = await linkOf("/proc/self/ns/mnt");
  const listed = await Promise.all(
    pids.map(async (pid): Promise<ListedProcess | undefined> => {
      const args = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0").slice(0, -1);
      if (!matches(args)) return undefined;
      const owner = (await stat(`/proc/${pid}`).catch(() => undefined))?.uid;
      const identity = owner === user ? await identifyProcess(Number(pid)) : undefined;
      if (!identity) return undefined;
      const mounts = await linkOf(`/proc/${pid}/ns/mnt`);
      const folder = mounts !== undefined && mounts === ownMounts ? await linkOf(`/proc/${pid}/cwd`) : undefined;
      return { identity, args, folder: folder?.replace(/ \(deleted\)$/u, ""), above: await processesAbove(identity.pid) };
    }),
  );
  return listed.filter((found) => found !== undefined);
}

async function processesAbove(pid: number): Promise<readonly number[]> {
  const above = new Set<number>();
  for (let below = pid; below > 0;) {
    const [, parent = 0, , session = 0] = (await statFields(below).catch((): string[] => [])).map(Number);
    if (below === pid && session !== pid) above.add(session);
    if (parent > 0) above.add(parent);
    below = parent;
  }
  return [...above];
}

async function linkOf(path: string): Promise<string | undefined> {
  return await readlink(path).catch(() => undefined);
}
