/** Runs a command line, prints errors, and sets the exit code: 0 success, 1 failure, 2 usage error, 130 interrupted. */

import { readFileSync } from "node:fs";
import { errorDocument } from "../core/error-document.ts";
import { messageOf, systemCode, StreamctlError } from "../core/errors.ts";
import { createLog, type Log } from "../core/log.ts";
import { pause } from "../core/wait.ts";
import type { GivenValues } from "./arguments.ts";
import { rootHelp } from "./root-help.ts";
import { invoke } from "./command.ts";
import { commandHelp } from "./command-help.ts";
import { readCommandLine, type CommandLine } from "./command-line.ts";
import type { ExitCode, Terminal } from "./context.ts";
import { resolveGlobals } from "./globals.ts";
import { helpScreen } from "./help.ts";
import { escapeControlsKeepingLines } from "./render/cell.ts";
import { exitCodeOf, renderError } from "./render/error.ts";
import { processTerminal } from "./terminal.ts";
import { version } from "./version.ts";

/**
 * Runs one command line and ends the process with its exit code.
 *
 * @param entry the module that the program was started with
 */
export async function runCli(argv: readonly string[], entry: URL): Promise<void> {
  const terminal = processTerminal();
  handleOutputErrors();
  excludeLoopbackFromProxy();
  const exitCode = await execute(argv, entry, terminal);
  terminal.live("");
  process.exitCode = exitCode;
  // Node writes to a pipe in the background. An interrupted command must not wait forever for a reader that has stopped reading.
  const flushed = terminal.write("");
  await (exitCode === 130 ? Promise.race([flushed, pause(interruptedFlushMs)]) : flushed);
  process.exit();
}

/** Maximum wait for the reader of an interrupted command's output, in milliseconds. */
const interruptedFlushMs = 500;

/** Runs the command; an error is printed here, as a JSON document too if `--json` was given. */
async function execute(argv: readonly string[], entry: URL, terminal: Terminal): Promise<ExitCode> {
  let given: GivenValues = {};
  try {
    const line = await readCommandLine(argv);
    given = line.given;
    if (line.mistake !== undefined) throw line.mistake;
    return await dispatch(line, entry, terminal);
  } catch (error) {
    terminal.live("");
    if (given["json"] === true) await terminal.write(`${JSON.stringify(errorDocument(error))}\n`);
    process.stderr.write(renderError(error, { verbose: given["verbose"] === true }));
    return exitCodeOf(error);
  }
}

async function dispatch({ command, given }: CommandLine, entry: URL, terminal: Terminal): Promise<ExitCode> {
  if (given["version"] === true) {
    await terminal.write(`${version}\n`);
    return 0;
  }
  if (given["help"] === true) {
    await terminal.write(command === undefined ? rootHelp(terminal.helpScreen) : commandHelp(command, terminal.helpScreen));
    return 0;
  }
  if (command === undefined) {
    process.stderr.write(`${rootHelp(helpScreen(process.stderr))}\n`);
    throw new StreamctlError("usage", "No command given", { hint: "Run: streamctl up" });
  }
  const globals = resolveGlobals(given);
  const log = clearLiveLine(createLog(globals), terminal);
  return await invoke(command, given, { globals, terminal, log, entry, signal: interruptionSignal() });
}

/** A log that clears the live line before each message. The owner of the live line redraws it. */
function clearLiveLine(log: Log, terminal: Terminal): Log {
  const clearing = (print: (message: string) => void) => (message: string) => {
    terminal.live("");
    // A message may quote a broker or an engine, whose text may contain control characters.
    print(terminal.logColumns === null ? message : escapeControlsKeepingLines(message));
  };
  return { info: clearing(log.info), success: clearing(log.success), warn: clearing(log.warn), debug: clearing(log.debug) };
}

/** Parents such as `timeout` and `npm` forward a signal that the process group has already received: signals within this time count once. */
const duplicateSignalMs = 500;

/** Aborts at the first SIGINT, SIGTERM or SIGHUP, so that the command can shut down. A second signal ends the process. */
function interruptionSignal(): AbortSignal {
  const controller = new AbortController();
  let firstMs = Number.POSITIVE_INFINITY;
  // A listener would undo the effect of `nohup`.
  const names = hangUpIsIgnored() ? (["SIGINT", "SIGTERM"] as const) : (["SIGINT", "SIGTERM", "SIGHUP"] as const);
  for (const name of names) {
    process.on(name, () => {
      const nowMs = performance.now();
      if (nowMs - firstMs > duplicateSignalMs) process.exit(130);
      firstMs = Math.min(firstMs, nowMs);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Whether this process was started with SIGHUP ignored. Read from /proc; false on systems without it. */
function hangUpIsIgnored(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/mu.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** Ignores errors when writing to standard error: a closed terminal or pipe (`2>&1 | head`) must not stop the command. */
function handleOutputErrors(): void {
  process.stdout.on("error", endWithoutReader);
  process.stderr.on("error", () => {});
}

/**
 * Ends the process when it cannot write to standard output. A pipe that was closed by its reader, as in `streamctl … | head`, is not an
 * error and does not change the exit code.
 */
export function endWithoutReader(error: Error): void {
  if (systemCode(error) === "EPIPE") {
    // Exit later, so that a command that is about to end can set its exit code. A command that never ends is stopped here.
    setImmediate(() => process.exit(process.exitCode ?? 0));
    return;
  }
  const failure = new StreamctlError("no-space", `Cannot write to standard output: ${messageOf(error)}`, {
    hint: "Check the file or program that receives the output",
  });
  process.stderr.write(renderError(failure, { verbose: false }));
  process.exit(1);
}

/** The engines listen on loopback, which a proxy cannot reach. */
function excludeLoopbackFromProxy(): void {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    process.env[name] = [process.env[name], "127.0.0.1"].filter(Boolean).join(",");
  }
}
