/** Who listens on a TCP port of this machine, by Linux's /proc. */

import { readdir, readFile, readlink } from "node:fs/promises";

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
  /** Its current folder, where this user may know it. */
  readonly folder?: string;
}

/** Name and pid of the process that listens on a TCP port of this machine, where this user may know it. */
export async function portOwner(port: number): Promise<PortOwner | undefined> {
  const sockets = await listeningSockets(port);
  if (sockets.size === 0) return undefined;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name)).map(Number);
  for (const pid of pids) {
    if (!(await holds(pid, sockets))) continue;
    const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "?");
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return { pid, name: name.trim(), ...(folder === undefined ? {} : { folder }) };
  }
  return undefined;
}

/** Who listens on a port in place of a detached process and of what it started; undefined where nobody does that is known. */
export async function portStranger(port: number, pid: number): Promise<PortOwner | undefined> {
  if (await holds(pid, await listeningSockets(port))) return undefined;
  const owner = await portOwner(port);
  return owner === undefined || (await sessionOf(owner.pid)) === pid ? undefined : owner;
}

async function listeningSockets(port: number): Promise<ReadonlySet<string>> {
  const sockets = new Set<string>();
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/u);
      const listening = fields[3] === "0A";
      if (listening && fields[1]?.endsWith(`:${hexPort}`) && fields[9]) sockets.add(`socket:[${fields[9]}]`);
    }
  }
  return sockets;
}

async function holds(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    if (sockets.has(await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => ""))) return true;
  }
  return false;
}

/** A detached process leads a session of its own, in which what it starts stays. */
async function sessionOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
}
