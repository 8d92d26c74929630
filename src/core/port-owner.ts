/** Finds the process that uses a TCP port of this machine. Reads Linux's /proc. */

import { readdir, readFile, readlink } from "node:fs/promises";
import { readIfExists } from "./files.ts";
import { statFields } from "./process.ts";

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
  /** Its working directory; absent where this user may not read it. */
  readonly folder?: string;
}

/** Why a service cannot listen on a port. */
export interface PortUse {
  /** `connection`: the port is the local end of an open connection; `closing`: of a closed one, which keeps it for a minute (TIME_WAIT). */
  readonly kind: "listener" | "connection" | "closing";
  /** Undefined where this user may not see the process. */
  readonly owner: PortOwner | undefined;
  /** Owner of the socket; 0 for a closed connection, whose owner the kernel does not report. */
  readonly uid: number;
}

/** A range of ports, both ends included. */
export type PortRange = readonly [first: number, last: number];

interface Socket {
  readonly state: string;
  readonly uid: number;
  /** Target of its links in `/proc/<pid>/fd`. */
  readonly link: string;
}

/** States of `include/net/tcp_states.h`. */
const listening = "0A";
const timeWait = "06";

/** The process that listens on a TCP port of this machine; undefined where there is none or this user may not see it. */
export async function portOwner(port: number): Promise<PortOwner | undefined> {
  return await ownerOf(await listeningSockets(port));
}

/** The user of a TCP port, preferably a listener rather than a connection; undefined if the port is free. */
export async function portUse(port: number): Promise<PortUse | undefined> {
  const sockets = await socketsOf(port);
  const listener = sockets.find(({ state }) => state === listening);
  const open = listener ?? sockets.find(({ state }) => state !== timeWait);
  if (open) return { kind: listener ? "listener" : "connection", owner: await ownerOf(new Set([open.link])), uid: open.uid };
  return sockets[0] && { kind: "closing", owner: undefined, uid: sockets[0].uid };
}

/** The process that listens on a port and is neither the detached process `pid` nor started by it; undefined where none is found. */
export async function foreignListener(port: number, pid: number): Promise<PortOwner | undefined> {
  if (await holds(pid, await listeningSockets(port))) return undefined;
  const owner = await portOwner(port);
  return owner === undefined || (await sessionOf(owner.pid)) === pid ? undefined : owner;
}

/** Those of `ports` that the kernel may assign to outgoing connections, with the range of such ports; undefined where there is none. */
export async function outgoingPorts(
  ports: readonly number[],
): Promise<{ readonly ports: readonly number[]; readonly range: PortRange } | undefined> {
  const settings = "/proc/sys/net/ipv4";
  const [first, last] = numbers(await readIfExists(`${settings}/ip_local_port_range`));
  if (first === undefined || last === undefined) return undefined;
  const reserved = portRanges((await readIfExists(`${settings}/ip_local_reserved_ports`)) ?? "");
  const isAssignable = (port: number): boolean => isIn(port, [first, last]) && !reserved.some((range) => isIn(port, range));
  const assignable = ports.filter(isAssignable);
  return assignable.length === 0 ? undefined : { ports: assignable, range: [first, last] };
}

/** Parses a list such as `8080,9000-9005`. */
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

/** All sockets with this local port, IPv4 and IPv6. */
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

/** Session of a process. A detached process leads its own session, which its child processes inherit. */
async function sessionOf(pid: number): Promise<number | undefined> {
  const session = (await statFields(pid).catch((): string[] => []))[3];
  return session === undefined ? undefined : Number(session);
}
