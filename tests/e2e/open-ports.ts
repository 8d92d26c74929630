/** Ports on which a process listens on all addresses. */

import { readdir, readFile, readlink } from "node:fs/promises";

export async function openPorts(pid: number): Promise<readonly number[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const targets = new Set(await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => ""))));
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8")));
  const sockets = tables.flatMap((table) => table.trim().split("\n").slice(1)).map((line) => line.trim().split(/\s+/u));
  return sockets.flatMap(([, local = "", , state, , , , , , inode]) => {
    const port = /^0+:(?<port>\w+)$/u.exec(local)?.groups?.["port"];
    return state === "0A" && port !== undefined && targets.has(`socket:[${inode}]`) ? [Number.parseInt(port, 16)] : [];
  });
}
