/**
 * From what was typed to an exit code. Here alone results are printed, failures become lines, and the exit code is set:
 * 0 done, 1 failed, 2 wrong usage, 130 interrupted.
 */

import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { renderUsage, runCommand, type ArgsDef, type CommandDef } from "citty";
import { messageOf, systemCode, StreamctlError } from "../core/errors.ts";
import { createLog, type Log } from "../core/log.ts";
import { pause } from "../core/wait.ts";
import { findCommand, nearestName, requireKnownArguments } from "./arguments.ts";
import type { ListedCommand } from "./command.ts";
import { rootHelp } from "./at-once.ts";
import { commands } from "./commands/catalog.ts";
import type { CliContext, ExitCode, Terminal } from "./context.ts";
import { globalArgs, resolveGlobals } from "./globals.ts";
import { harmlessLines } from "./render/cell.ts";
import { errorDocument, exitCodeOf, renderError } from "./render/error.ts";
import { processTerminal } from "./terminal.ts";
import { version } from "./version.ts";

const root = { meta: { name: "streamctl", version } } satisfies CommandDef;

/**
 * Runs one command line and ends the process with its exit code.
 *
 * @param entry the module that the program was started with
 */
export async function runCli(argv: readonly string[], entry: URL): Promise<void> {
  const terminal = processTerminal();
  heedTheReaders();
  keepLoopbackOffTheProxy();
  const exitCode = await carryOut(argv, entry, terminal);
  terminal.live("");
  // Standard output to a pipe is written in the background: leave only when it is empty, and after an interruption also where its reader
  // does not read any more.
  process.exitCode = exitCode;
  const emptied = terminal.write("");
  await (exitCode === 130 ? Promise.race([emptied, pause(lastWordsMs)]) : emptied);
  process.exit();
}

/** Longest time for the reader of an interrupted command's output to take the rest, in milliseconds. */
const lastWordsMs = 500;

async function carryOut(argv: readonly string[], entry: URL, terminal: Terminal): Promise<ExitCode> {
  // What stands behind `--` is a word, whatever it looks like.
  const options = new Set(argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length));
  const json = options.has("--json");
  const verbose = options.has("--verbose");
  try {
    return await dispatch(argv, entry, terminal);
  } catch (error) {
    terminal.live("");
    if (json) await terminal.write(`${JSON.stringify(errorDocument(error))}\n`);
    process.stderr.write(renderError(error, { verbose }));
    return exitCodeOf(error);
  }
}

async function dispatch(argv: readonly string[], entry: URL, terminal: Terminal): Promise<ExitCode> {
  const { name, rest } = findCommand(argv, globalArgs);
  if (name === undefined) return await withoutCommand(argv, terminal);
  const known = Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : undefined;
  if (!known) {
    const nearest = nearestName(name, Object.keys(commands));
    const hint = nearest ? `Did you mean: streamctl ${nearest}` : "Type: streamctl --help";
    throw new StreamctlError("usage", `Cannot run "${name}": there is no such command`, { hint });
  }
  const command: ListedCommand = await known();
  const args: ArgsDef = { ...globalArgs, ...command.args };
  requireKnownArguments(name, rest, args);
  const typed = await readGlobals(rest, args);
  if (typed["help"] === true) return await help({ ...command, args }, terminal);
  if (typed["version"] === true) return await sayVersion(terminal);
  const globals = resolveGlobals(typed);
  const log = aboveTheLiveLine(createLog(globals), terminal);
  const context: CliContext = { globals, terminal, log, entry, signal: signalOfInterruption() };
  const { result } = await runCommand({ ...command, args }, { rawArgs: [...rest], data: context });
  return result as ExitCode;
}

/** A log whose lines take the live line away first; whoever draws it draws it again below. */
function aboveTheLiveLine(log: Log, terminal: Terminal): Log {
  const after = (say: (message: string) => void) => (message: string) => {
    terminal.live("");
    // What a broker or an engine said may move the cursor.
    say(terminal.narrationColumns === null ? message : harmlessLines(message));
  };
  return { info: after(log.info), success: after(log.success), warn: after(log.warn), debug: after(log.debug) };
}

async function withoutCommand(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  requireKnownArguments(undefined, argv, globalArgs);
  const typed = await readGlobals(argv, globalArgs);
  if (typed["version"] === true) return await sayVersion(terminal);
  if (typed["help"] === true) {
    await terminal.write(rootHelp());
    return 0;
  }
  process.stderr.write(`${rootHelp()}\n`);
  throw new StreamctlError("usage", "Cannot do anything: no command was typed", { hint: "Type: streamctl up" });
}

async function readGlobals(argv: readonly string[], args: ArgsDef): Promise<Readonly<Record<string, unknown>>> {
  let parsed: Readonly<Record<string, unknown>> = {};
  const probe: CommandDef = { args, run: ({ args: read }) => void (parsed = read) };
  await runCommand(probe, { rawArgs: [...argv] });
  return parsed;
}

async function help(command: CommandDef, terminal: Terminal): Promise<ExitCode> {
  const text = await renderUsage(command, root);
  const coloured = terminal.outputColumns !== null && !process.env["NO_COLOR"];
  await terminal.write(`${coloured ? text : stripVTControlCharacters(text)}\n`);
  return 0;
}

async function sayVersion(terminal: Terminal): Promise<ExitCode> {
  await terminal.write(`${version}\n`);
  return 0;
}

/** Programs that run ours, such as `timeout` and `npm`, pass on what its terminal or its group gets anyway: one wish, two signals. */
const sameWishMs = 500;

/** The first signal asks for an orderly end; a second wish ends at once. */
function signalOfInterruption(): AbortSignal {
  const controller = new AbortController();
  let firstMs = Number.POSITIVE_INFINITY;
  // `nohup` has SIGHUP ignored, and listening to it would undo that.
  const names = hangUpIsIgnored() ? (["SIGINT", "SIGTERM"] as const) : (["SIGINT", "SIGTERM", "SIGHUP"] as const);
  for (const name of names) {
    process.on(name, () => {
      const nowMs = performance.now();
      if (nowMs - firstMs > sameWishMs) process.exit(130);
      firstMs = Math.min(firstMs, nowMs);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Whether this process was started with SIGHUP ignored; by Linux's /proc, where there is none it was not. */
function hangUpIsIgnored(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/mu.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** Where nobody listens to the narration (a closed terminal, `2>&1 | head`), the work goes on in order all the same. */
function heedTheReaders(): void {
  process.stdout.on("error", endWithoutReader);
  process.stderr.on("error", () => {});
}

/**
 * Ends the process that cannot write to standard output: `streamctl … | head` is not an error, but neither does it turn a failure into
 * a success; any other trouble is a failure.
 */
export function endWithoutReader(error: Error): void {
  if (systemCode(error) === "EPIPE") {
    // A command at its end gets to say how it ended; one that would write on for ever ends here.
    setImmediate(() => process.exit(process.exitCode ?? 0));
    return;
  }
  const failure = new StreamctlError("no-space", `Cannot write to standard output: ${messageOf(error)}`, {
    hint: "Look at where the output goes",
  });
  process.stderr.write(renderError(failure, { verbose: false }));
  process.exit(1);
}

/** The engines answer on loopback; a proxy of the environment would be asked for them in vain. */
function keepLoopbackOffTheProxy(): void {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    process.env[name] = [process.env[name], "127.0.0.1"].filter(Boolean).join(",");
  }
}
