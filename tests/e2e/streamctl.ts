/** Runs the built executable as a user does, with its own state folder and ports, and complete outputs. */

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { identifyProcess, isRunning, signalProcess } from "../../src/core/process.ts";
import { pollUntil } from "../../src/core/wait.ts";

export const executable = resolve(import.meta.dir, "../../streamctl");

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Program that runs the command line; default: the built executable. */
  readonly program?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** The command is killed, and the test fails, after this time in milliseconds; default 240,000. */
  readonly timeoutMs?: number;
}

/** A running command: its outcome, and its process for signals. */
export interface Running {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** Standard error so far. */
  readonly narration: () => string;
}

export function start(args: readonly string[], options: RunOptions = {}): Running {
  const [program = executable, ...before] = options.program ?? [];
  if (!existsSync(program)) throw new Error(`${program} is not there: make build node setup-runtimes`);
  // Only the tests for it use a ksqlDB of this machine.
  const env = Object.fromEntries(
    Object.entries({ ...process.env, STREAMCTL_KSQLDB_HOME: undefined, ...options.env }).filter(([, value]) => value !== undefined),
  );
  const child = spawn(program, [...before, ...args], { cwd: options.cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => void (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (stderr += chunk.toString()));
  child.stdin.end(options.input ?? "");
  const { promise, resolve: settle, reject } = Promise.withResolvers<Outcome>();
  const timeoutMs = options.timeoutMs ?? 240_000;
  const patience = setTimeout(() => {
    child.kill("SIGKILL");
    reject(new Error(`streamctl ${args.join(" ")} did not end within ${timeoutMs} ms\n${stdout}\n${stderr}`));
  }, timeoutMs);
  child.once("error", reject);
  child.once("close", (code) => {
    clearTimeout(patience);
    settle({ exitCode: code ?? -1, stdout, stderr });
  });
  return { child, outcome: promise, narration: () => stderr };
}

export async function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return await start(args, options).outcome;
}

export interface ServiceDocument {
  readonly name: string;
  readonly state: string;
  readonly pid: number;
}

/** A stack for one test. `end` stops it and removes everything. */
export class Stack {
  readonly folder: string;
  readonly offset: number;
  #stateName = "state";

  private constructor(folder: string, offset: number) {
    this.folder = folder;
    this.offset = offset;
  }

  static async create(offset: number): Promise<Stack> {
    return new Stack(await mkdtemp(join(tmpdir(), "streamctl-e2e-")), offset);
  }

  get stateDir(): string {
    return join(this.folder, this.#stateName);
  }

  /** Renames the state folder, as a user would. */
  async renameState(name: string): Promise<void> {
    await rename(this.stateDir, join(this.folder, name));
    this.#stateName = name;
  }

  get brokers(): string {
    return `127.0.0.1:${9092 + this.offset}`;
  }

  start(args: readonly string[], options: RunOptions = {}): Running {
    return start(["--state-dir", this.stateDir, ...args], options);
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return await this.start(args, options).outcome;
  }

  /** Runs with `--json`, requires exit code 0 and returns the document. */
  async json(args: readonly string[], options: RunOptions = {}): Promise<any> {
    const { exitCode, stdout, stderr } = await this.run([...args, "--json"], options);
    if (exitCode !== 0) throw new Error(`streamctl ${args.join(" ")} failed with exit code ${exitCode}\n${stdout}\n${stderr}`);
    return JSON.parse(stdout);
  }

  async up(...args: readonly string[]): Promise<any> {
    return await this.json(["up", "--port-offset", String(this.offset), ...args]);
  }

  /** A folder of declarations for `--dir` with one change. */
  async edited(file: string, text: string, other: string): Promise<string> {
    const folder = join(this.folder, `declarations-${crypto.randomUUID()}`);
    await this.json(["eject", folder]);
    const path = join(folder, file);
    const before = await readFile(path, "utf8");
    if (!before.includes(text)) throw new Error(`${file} does not contain ${text}`);
    await writeFile(path, before.replace(text, other));
    return folder;
  }

  async services(): Promise<readonly ServiceDocument[]> {
    const { stdout } = await this.run(["status", "--json"]);
    const { services } = JSON.parse(stdout) as { readonly services: readonly ServiceDocument[] };
    return services;
  }

  async pidOf(name: string): Promise<number> {
    const service = (await this.services()).find((candidate) => candidate.name === name);
    if (!service) throw new Error(`${name} is not part of the stack`);
    return service.pid;
  }

  /** `kill -9` of a service. Resolves when the process has ended: a JVM needs a moment to release its memory, and is running until then. */
  async kill(name: string): Promise<void> {
    const identity = await identifyProcess(await this.pidOf(name));
    if (identity === undefined) throw new Error(`${name} has ended by itself`);
    await signalProcess(identity, "SIGKILL");
    await pollUntil(async () => ((await isRunning(identity)) ? undefined : true), { timeoutMs: 30_000, what: `the end of ${name}` });
  }

  /** Stops and deletes everything; returns the pids of the stack that are still running, which must be none. */
  async end(): Promise<readonly number[]> {
    const pids = (await this.services()).map(({ pid }) => pid).filter((pid) => typeof pid === "number");
    await this.run(["down", "--volumes"]);
    await rm(this.folder, { recursive: true, force: true });
    const alive = await Promise.all(pids.map(async (pid) => ((await isJavaOf(pid, this.folder)) ? pid : undefined)));
    return alive.filter((pid) => pid !== undefined);
  }
}

async function isJavaOf(pid: number, folder: string): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes(folder);
}
