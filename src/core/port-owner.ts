/** Who uses a TCP port of this machine, by Linux's /proc. */

import { readdir, readFile, readlink } from "node:fs/promises";
import { readIfExists } from "./files.ts";

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
  /** Its current folder, where this user may know it. */
  readonly folder?: string;
}

/** What keeps a port from being listened on. */
export interface PortUse {
  /** `closing`: a connection that is over keeps its port for a minute; `connection`: the local end of one that is not. */
  readonly kind: "listener" | "connection" | "closing";
  /** Where this user may know it. */
  readonly owner: PortOwner | undefined;
  /** The user whose socket it is; the system does not say whose a closed connection was. */
  readonly uid: number;
}

/** First and last of a range of ports, both included. */
export type PortRange = readonly [first: number, last: number];

interface Socket {
  readonly state: string;
  readonly uid: number;
  /** As the links of `/proc/<pid>/fd` name it. */
  readonly link: string;
}

/** States of `include/net/tcp_states.h`. */
const listening = "0A";
const timeWait = "06";

/** Name and pid of the process that listens on a TCP port of this machine, where this user may know it. */
export async function portOwner(port: number): Promise<PortOwner | undefined> {
  return await ownerOf(await listeningSockets(port));
}

/** What uses a TCP port, a listener before all else; undefined where nothing is known to. */
export async function portUse(port: number): Promise<PortUse | undefined> {
  const sockets = await socketsOf(port);
  const listener = sockets.find(({ state }) => state === listening);
  const open = listener ?? sockets.find(({ state }) => state !== timeWait);
  if (open) return { kind: listener ? "listener" : "connection", owner: await ownerOf(new Set([open.link])), uid: open.uid };
  return sockets[0] && { kind: "closing", owner: undefined, uid: sockets[0].uid };
}

/** Who listens on a port in place of a detached process and of what it started; undefined where nobody does that is known. */
export async function portStranger(port: number, pid: number): Promise<PortOwner | undefined> {
  if (await holds(pid, await listeningSockets(port))) return undefined;
  const owner = await portOwner(port);
  return owner === undefined || (await sessionOf(owner.pid)) === pid ? undefined : owner;
}

/** Those of the ports that the system may give to any outgoing connection, and the range of all such; undefined where none is. */
export async function outgoingPorts(
  ports: readonly number[],
): Promise<{ readonly ports: readonly number[]; readonly range: PortRange } | undefined> {
  const settings = "/proc/sys/net/ipv4";
  const [first, last] = numbers(await readIfExists(`${settings}/ip_local_port_range`));
  if (first === undefined || last === undefined) return undefined;
  const reserved = portRanges((await readIfExists(`${settings}/ip_local_reserved_ports`)) ?? "");
  const isGiven = (port: number): boolean => isIn(port, [first, last]) && !reserved.some((range) => isIn(port, range));
  const given = ports.filter(isGiven);
  return given.length === 0 ? undefined : { ports: given, range: [first, last] };
}

/** `8080,9000-9005` as ranges. */
function portRanges(text: string): readonly PortRange[] {
  return text.split(",").flatMap((part) => {
    const [first, last = first] = numbers(part);
    return first === undefined || last === undefined ? [] : [[first, last] as const];
  });
}

function numbers(text: string | undefined): readonly number[] {
  return [...(text ?? "").matchAll(/\d+/gu)].map(Number);
}

function isIn(port: number, [first, last]: PortRange): boolean {
  return port >= first && port <= last;
}

async function listeningSockets(port: number): Promise<ReadonlySet<string>> {
  const sockets = await socketsOf(port);
  return new Set(sockets.filter(({ state }) => state === listening).map(({ link }) => link));
}

/** Every socket whose local end is the port, of either family. */
async function socketsOf(port: number): Promise<readonly Socket[]> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(async (table) => await readFile(table, "utf8").catch(() => "")));
  const lines = tables.flatMap((text) => text.split("\n").slice(1)).map((line) => line.trim().split(/\s+/u));
  return lines
    .filter((fields) => fields[1]?.endsWith(`:${hexPort}`))
    .map((fields) => ({ state: fields[3] ?? "", uid: Number(fields[7]), link: `socket:[${fields[9]}]` }));
}

async function ownerOf(sockets: ReadonlySet<string>): Promise<PortOwner | undefined> {
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
