/**
 * Starts, identifies and signals processes. A process is identified by pid, start time and boot id, so that a reused pid is never mistaken
 * for it. The only module that spawns processes. Reads Linux's /proc.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, statSync } from "node:fs";
import { access, constants, readFile, stat } from "node:fs/promises";
import { delimiter, resolve as absolute } from "node:path";
import { createInterface } from "node:readline";
import { inheritedEnvironment } from "./environment.ts";
import { StreamctlError, systemCode } from "./errors.ts";
import { linesOf } from "./lines.ts";
import { throwIfInterrupted } from "./wait.ts";

/** Identifies one process, also after its pid was reused. */
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
  /** Environment variables that the program inherits: all, or those that `inheritedEnvironment` allows (the default). */
  readonly inherits?: "allowed" | "all";
  /** Added to those. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly exitCode: number;
  /** Standard output and standard error, in the order of arrival. */
  readonly output: string;
}

/** How a process ended: with an exit code or by a signal; the other one is null. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Time between SIGTERM and SIGKILL for an interrupted program, in milliseconds. */
const endTimeoutMs = 5000;

/**
 * Runs a command until it exits.
 *
 * @param options.onLine called for each line of standard output and standard error as it arrives
 * @throws StreamctlError `prerequisite` when the program does not exist, `interrupted` when the signal fires (after the program has ended).
 */
export async function runCommand(
  command: Command,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onLine?: (line: string) => void;
    /** Runs the program in its own process group, which Ctrl-C in the terminal does not reach; default false. */
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
  let killTimer: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  const ended = new Promise<number>((resolve, reject) => {
    // Wait for an interrupted program to end, so that it writes nothing while the caller cleans up.
    child.on("error", (error) => {
      if (child.pid === undefined) reject(error);
    });
    child.once("close", (code) => resolve(code ?? 1));
    onAbort = () => {
      killTimer = setTimeout(() => {
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
    clearTimeout(killTimer);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

/** The end of a program that `followCommand` ran. */
export interface FollowEnd {
  /** When the program ended, in milliseconds since the epoch; its last output may have been read later. */
  readonly endedAtMs: number;
}

/**
 * Runs a long-running program and passes each line of its standard output and standard error to `onLine`, in order of arrival.
 * Reads on only after `onLine` has finished; a program that writes faster blocks on its full pipe. No output is kept.
 *
 * @param onLine must finish immediately when the signal fires
 * @returns after the program has ended, by itself or because the signal fired
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
      // Destroying a stream makes its iteration throw.
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
 * Starts a process in its own session that outlives this one. Its standard output and standard error are appended to `logFile`.
 *
 * @param onEnd called when the process ends while this one still runs
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
    if (!identity) throw new StreamctlError("service-failed", `Cannot start "${command.program}": it exited immediately`);
    return identity;
  } finally {
    closeSync(log);
  }
}

/**
 * The identity of a running process; undefined when no process has this pid. A zombie counts as ended once its last thread has: until then
 * its ports and files are in use.
 */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const [fields, bootId] = await Promise.all([statFields(pid), readBootId()]);
    const threads = Number(fields[17]);
    if ((fields[0] === "Z" && threads <= 1) || fields[0] === "X") return undefined;
    return { pid, startTicks: Number(fields[19]), bootId };
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ESRCH") return undefined;
    throw error;
  }
}

/**
 * The fields of `/proc/<pid>/stat` after pid and name: state, parent, process group, session and others. @throws Error of the system when the
 * process has ended
 */
export async function statFields(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name is in parentheses, and may contain spaces and parentheses.
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** USER_HZ, the unit of times in `/proc/<pid>/stat`: 100 per second, independent of the kernel's own clock rate. */
const ticksPerSecond = 100;

/** Time since a process was started, in milliseconds. Based on the time since boot, which is independent of the wall clock. */
export async function processAgeMs({ startTicks }: ProcessIdentity): Promise<number> {
  const [secondsSinceBoot] = (await readFile("/proc/uptime", "utf8")).split(" ");
  return Math.max(0, Math.round(Number(secondsSinceBoot) * 1000 - (startTicks * 1000) / ticksPerSecond));
}

/** Whether this process, not another one with its pid, is still running. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/**
 * Signals exactly this process. @returns false when it has already ended. @throws StreamctlError `permission` for another user's process
 */
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

/**
 * Signals exactly this process and, if it leads its process group, the processes that it started in it.
 *
 * @returns false when it has already ended. @throws StreamctlError `permission` for another user's process
 */
export async function signalWithChildren(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<boolean> {
  const leads = Number((await statFields(identity.pid).catch(() => []))[2]) === identity.pid;
  if (!leads || !(await isRunning(identity))) return await signalProcess(identity, signal);
  try {
    process.kill(-identity.pid, signal);
    return true;
  } catch {
    // The group ended meanwhile, or may not be signalled: the process itself tells which.
    return await signalProcess(identity, signal);
  }
}

/** Whether this process is stopped by a signal (SIGSTOP). */
export async function isStopped(identity: ProcessIdentity): Promise<boolean> {
  if (!(await isRunning(identity))) return false;
  return (await statFields(identity.pid).catch(() => []))[0] === "T";
}

async function foreignProcess(pid: number): Promise<StreamctlError> {
  const owner = (await stat(`/proc/${pid}`).catch(() => undefined))?.uid;
  const user = owner === undefined ? "another user" : await nameOfUser(owner);
  return new StreamctlError("permission", `Process ${pid} belongs to ${user}, and user ${process.getuid?.() ?? "?"} may not stop it`, {
    hint: `Run the same command as ${user}`,
  });
}

/** The user's name, or `user 12345` for an id that is not in /etc/passwd. */
export async function nameOfUser(uid: number): Promise<string> {
  const table = await readFile("/etc/passwd", "utf8").catch(() => "");
  const line = table.split("\n").find((entry) => entry.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? `user ${uid}`;
}

/** Resident memory of a process in bytes; undefined when it has ended. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    return residentBytesIn(await readFile(`/proc/${pid}/status`, "utf8"));
  } catch {
    return undefined;
  }
}

/** Total resident memory in a text of one or several `/proc/<pid>/status` files, in bytes. */
export function residentBytesIn(text: string): number | undefined {
  const kilobytes = [...text.matchAll(/^VmRSS:\s+(\d+) kB$/gmu)].map(([, size]) => Number(size));
  return kilobytes.length === 0 ? undefined : kilobytes.reduce((sum, size) => sum + size, 0) * 1024;
}

/** Processor time that a process has used since its start, in milliseconds, to 10 ms; undefined when it has ended. */
export async function cpuTimeMs(pid: number): Promise<number | undefined> {
  try {
    return cpuTimeMsIn(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** Total processor time in a text of one or several `/proc/<pid>/stat` files, in milliseconds. */
export function cpuTimeMsIn(text: string): number | undefined {
  // After pid and name, which may contain anything: the state, ten fields, then the time in user mode and in the kernel.
  const ticks = [...text.matchAll(/\) [A-Za-z](?: -?\d+){10} (\d+) (\d+) /gu)].map(([, user, system]) => Number(user) + Number(system));
  return ticks.length === 0 ? undefined : (ticks.reduce((sum, some) => sum + some, 0) * 1000) / ticksPerSecond;
}

/** Full path of a program on the PATH (default: /bin:/usr/bin); undefined when it is not found. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "/bin:/usr/bin").split(delimiter).filter(Boolean)) {
    const path = absolute(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

function environmentOf({ inherits, env }: Command): NodeJS.ProcessEnv {
  return { ...(inherits === "all" ? process.env : inheritedEnvironment(process.env)), ...env };
}

/** Whether a path is a file that this user may execute. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    // The same permission allows entering a folder.
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
  return new StreamctlError("prerequisite", `Cannot start "${program}": ${why}`, { cause: error, hint: "Run: streamctl doctor" });
}
