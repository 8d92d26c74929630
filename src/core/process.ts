/**
 * Processes of this machine. A process is known by pid, start time and boot together, so that a pid that the system gave to
 * somebody else is never taken for ours. The only module that spawns. Reads Linux's /proc.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, statSync } from "node:fs";
import { access, constants, readFile, stat } from "node:fs/promises";
import { delimiter, resolve as absolute } from "node:path";
import { createInterface } from "node:readline";
import { passedEnvironment } from "./environment.ts";
import { StreamctlError, systemCode } from "./errors.ts";
import { linesOf } from "./lines.ts";
import { throwIfInterrupted } from "./wait.ts";

/** Who a process is, beyond its pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the process's start (`/proc/<pid>/stat`, field 22). */
  readonly startTicks: number;
  /** Of `/proc/sys/kernel/random/boot_id`. */
  readonly bootId: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** What the program gets of this process's own environment: all, or what `passedEnvironment` lets pass (the default). */
  readonly inherits?: "passed" | "all";
  /** Added to that. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly exitCode: number;
  /** Standard output and standard error, in the order of arrival. */
  readonly output: string;
}

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Time for an interrupted program to end after SIGTERM, in milliseconds; after it the program is killed. */
const endTimeoutMs = 5000;

/**
 * Runs a command to its end.
 *
 * @param options.onLine called with each line of either stream, as it comes
 * @throws StreamctlError `prerequisite` when the program does not exist, `interrupted` when the signal fires (the program has ended by then).
 */
export async function runCommand(
  command: Command,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onLine?: (line: string) => void;
    /** True: the terminal's Ctrl-C, which its whole group gets, does not reach the program; default false. */
    readonly ownGroup?: boolean;
  } = {},
): Promise<CommandResult> {
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: environmentOf(command),
    stdio: ["ignore", "pipe", "pipe"],
    detached: options.ownGroup === true,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      options.onLine?.(line);
    });
  }
  let patience: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  const ended = new Promise<number>((resolve, reject) => {
    // An interrupted program is waited for, so that it does not write on while its caller tidies up.
    child.on("error", (error) => {
      if (child.pid === undefined) reject(error);
    });
    child.once("close", (code) => resolve(code ?? 1));
    onAbort = () => {
      patience = setTimeout(() => {
        child.kill("SIGKILL");
        resolve(1);
      }, endTimeoutMs);
    };
  });
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const exitCode = await ended;
    throwIfInterrupted(options.signal);
    return { exitCode, output: lines.join("\n") };
  } catch (error) {
    throwIfInterrupted(options.signal);
    throw notStarted(command.program, error);
  } finally {
    clearTimeout(patience);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

/** The end of a program that was followed. */
export interface FollowEnd {
  /** When it ended, in milliseconds since the epoch; what it had written by then may have been read later. */
  readonly endedAtMs: number;
}

/**
 * Runs a program that may go on for long and hands on each line of either of its streams, in the order of arrival. Keeps none, and reads no
 * further before `onLine` is done with a line: a program that writes faster waits at its full pipe.
 *
 * @param onLine to be done at once when the signal fires
 * @returns when the program ended, by itself or because the signal fired
 * @throws StreamctlError `prerequisite` when the program does not exist; what `onLine` throws
 */
export async function followCommand(command: Command, onLine: (line: string) => Promise<void>, signal: AbortSignal): Promise<FollowEnd> {
  if (signal.aborted) return { endedAtMs: Date.now() };
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: environmentOf(command),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number>((resolve) => child.once("exit", () => resolve(Date.now())));
  try {
    await once(child, "spawn");
  } catch (error) {
    throw notStarted(command.program, error);
  }
  const end = (): void => {
    child.kill("SIGKILL");
    child.stdout.destroy();
    child.stderr.destroy();
  };
  signal.addEventListener("abort", end, { once: true });
  const read = async (stream: AsyncIterable<Buffer>): Promise<void> => {
    try {
      for await (const line of linesOf(stream)) {
        if (signal.aborted) return;
        await onLine(line);
      }
    } catch (error) {
      // A stream that was taken away has not ended.
      if (!signal.aborted) throw error;
    }
  };
  try {
    await Promise.all([read(child.stdout), read(child.stderr)]);
    return { endedAtMs: await ended };
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}

/**
 * Starts a process of its own session that outlives this one; both of its streams are appended to `logFile`.
 *
 * @param onEnd called when it ends, if that happens while this process runs
 * @throws StreamctlError `prerequisite` when the program does not exist, `service-failed` when it ended before it could be identified.
 */
export async function startDetached(
  command: Command,
  logFile: string,
  onEnd: (end: ProcessEnd) => void = () => {},
): Promise<ProcessIdentity> {
  const log = openSync(logFile, "a");
  try {
    const child = spawn(command.program, command.args, {
      cwd: command.cwd,
      env: environmentOf(command),
      detached: true,
      stdio: ["ignore", log, log],
    });
    child.once("exit", (exitCode, signal) => onEnd({ exitCode, signal }));
    try {
      await once(child, "spawn");
    } catch (error) {
      throw notStarted(command.program, error);
    }
    child.unref();
    const identity = child.pid === undefined ? undefined : await identifyProcess(child.pid);
    if (!identity) throw new StreamctlError("service-failed", `Cannot start "${command.program}": it ended at once`);
    return identity;
  } finally {
    closeSync(log);
  }
}

/**
 * The identity of a running process; undefined where there is none with this pid. A zombie counts as ended, but not while
 * other threads of it still live: until the last one is gone, its ports and files are in use.
 */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const [status, bootId] = await Promise.all([readFile(`/proc/${pid}/stat`, "utf8"), readBootId()]);
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    const threads = Number(fields[17]);
    if ((fields[0] === "Z" && threads <= 1) || fields[0] === "X") return undefined;
    return { pid, startTicks: Number(fields[19]), bootId };
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ESRCH") return undefined;
    throw error;
  }
}

/** Ticks of `/proc/<pid>/stat` in a second: what the kernel tells programs is in these, whatever its own clock does. */
const ticksPerSecond = 100;

/** Time since a process was started, in milliseconds, by the clock that nobody sets. */
export async function processAgeMs({ startTicks }: ProcessIdentity): Promise<number> {
  const [secondsSinceBoot] = (await readFile("/proc/uptime", "utf8")).split(" ");
  return Math.max(0, Math.round(Number(secondsSinceBoot) * 1000 - (startTicks * 1000) / ticksPerSecond));
}

/** Whether exactly this process still runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Sends a signal to exactly this process; nothing is sent where it has ended. Answers whether it was sent. */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await isRunning(identity))) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (systemCode(error) === "ESRCH") return false;
    if (systemCode(error) === "EPERM") throw await foreignProcess(identity.pid);
    throw error;
  }
}

async function foreignProcess(pid: number): Promise<StreamctlError> {
  const owner = (await stat(`/proc/${pid}`).catch(() => undefined))?.uid;
  const user = owner === undefined ? "another user" : await nameOfUser(owner);
  return new StreamctlError("permission", `Process ${pid} belongs to ${user}, and user ${process.getuid?.() ?? "?"} may not stop it`, {
    hint: `Type the same as ${user}`,
  });
}

/** `root`, or `user 12345` where no table of this machine names it. */
export async function nameOfUser(uid: number): Promise<string> {
  const table = await readFile("/etc/passwd", "utf8").catch(() => "");
  const line = table.split("\n").find((entry) => entry.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? `user ${uid}`;
}

/** Resident memory of a process in bytes; undefined where it has ended. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    return residentBytesIn(await readFile(`/proc/${pid}/status`, "utf8"));
  } catch {
    return undefined;
  }
}

/** The same of the processes together whose `/proc/<pid>/status` a text holds. */
export function residentBytesIn(text: string): number | undefined {
  const kilobytes = [...text.matchAll(/^VmRSS:\s+(\d+) kB$/gmu)].map(([, size]) => Number(size));
  return kilobytes.length === 0 ? undefined : kilobytes.reduce((sum, size) => sum + size, 0) * 1024;
}

/** Full path of a program on the PATH, or where the system looks without one; undefined where there is none. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "/bin:/usr/bin").split(delimiter).filter(Boolean)) {
    const path = absolute(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

function environmentOf({ inherits, env }: Command): NodeJS.ProcessEnv {
  return { ...(inherits === "all" ? process.env : passedEnvironment(process.env)), ...env };
}

/** Whether a path is that of a file that this user may run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    // A folder may be entered by the same permission.
    return !statSync(path).isDirectory();
  } catch {
    return false;
  }
}

async function readBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

function notStarted(program: string, error: unknown): StreamctlError {
  const why = systemCode(error) === "ENOENT" ? "no such program on the PATH" : String(error);
  return new StreamctlError("prerequisite", `Cannot start "${program}": ${why}`, { cause: error, hint: "Type: streamctl doctor" });
}
