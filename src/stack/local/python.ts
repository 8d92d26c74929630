/**
 * Virtual environments of Python services: made once per user with pip from a pinned requirements file, and kept in the cache.
 */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, StreamctlError } from "../../core/errors.ts";
import { type CommandResult, findProgram, runCommand } from "../../core/process.ts";
import { reportsDiskFull } from "../../core/program-messages.ts";
import { shortHash } from "../../core/short-hash.ts";
import { type CacheEntry, fillCache, isCached, noSpace } from "./cache.ts";
import type { EngineContext } from "./engines.ts";
import type { PythonEnvironment } from "../service.ts";

/** A Python 3 of this machine. */
export interface Python {
  /** Full path, without symbolic links and shims. */
  readonly program: string;
  /** Such as `3.11.7`. */
  readonly version: string;
  readonly minorVersion: number;
  /** Whether it can create virtual environments with pip. Debian has the modules for that in a package of their own. */
  readonly hasVenv: boolean;
}

type Versions = PythonEnvironment["minorVersions"];
type Cache = Pick<EngineContext, "cacheDir" | "declarations">;

/**
 * The first Python on the PATH whose version is in the range: `python3`, or one whose name contains its version. Otherwise any other
 * `python3`; undefined when there is none.
 */
export async function detectPython({ first, last }: Versions, signal?: AbortSignal): Promise<Python | undefined> {
  const versioned = Array.from({ length: last - first + 1 }, (_, index) => `python3.${last - index}`);
  let other: Python | undefined;
  for (const name of ["python3", ...versioned]) {
    const path = await findProgram(name);
    const python = path === undefined ? undefined : await inspectPython(path, signal);
    if (python !== undefined && isWithin(python, { first, last })) return python;
    other ??= python;
  }
  return other;
}

/** Prints version and path, and fails if the modules for virtual environments are missing. */
const inspection =
  "import os, sys; print(*sys.version_info[:3], sep='.', flush=True); print(os.path.realpath(sys.executable), flush=True); import ensurepip, venv";

async function inspectPython(path: string, signal: AbortSignal | undefined): Promise<Python | undefined> {
  const { exitCode, output } = await runPython(path, ["-c", inspection], signal);
  const [version = "", program = ""] = output.split("\n");
  const minor = /^3\.(\d+)\.\d+$/u.exec(version)?.[1];
  return minor === undefined ? undefined : { program, version, minorVersion: Number(minor), hasVenv: exitCode === 0 };
}

function isWithin({ minorVersion }: Python, { first, last }: Versions): boolean {
  return minorVersion >= first && minorVersion <= last;
}

/** Such as `Python 3.10 to 3.12`. */
function rangeOf({ first, last }: Versions): string {
  return `Python 3.${first} to 3.${last}`;
}

/**
 * Checks that environments can be created with a Python. Pure.
 *
 * @throws StreamctlError `prerequisite` without Python, with another version, or without its venv
 */
export function requirePython(python: Python | undefined, { label, minorVersions }: Omit<PythonEnvironment, "name">): Python {
  const range = rangeOf(minorVersions);
  const { last } = minorVersions;
  if (python === undefined) {
    throw new StreamctlError("prerequisite", `Cannot install ${label}: it needs ${range}, and python3 is not on the PATH`, {
      hint: "Install Python 3 with venv (Debian: apt-get install python3 python3-venv), then run the command again",
    });
  }
  const { program, version, hasVenv } = python;
  if (!isWithin(python, minorVersions)) {
    throw new StreamctlError("prerequisite", `Cannot install ${label} with ${program}: it is Python ${version}, and ${range} is needed`, {
      hint: `Install one next to it: streamctl uses python3.${last} if it is on the PATH`,
    });
  }
  if (!hasVenv) {
    throw new StreamctlError("prerequisite", `Cannot install ${label}: ${program} cannot create virtual environments`, {
      hint: `Install its venv (Debian: apt-get install python3.${python.minorVersion}-venv), then run the command again`,
    });
  }
  return python;
}

/**
 * Adds the missing environments to the cache.
 *
 * @throws StreamctlError `prerequisite` as `requirePython`, `no-space`, `download` with the end of pip's output
 */
export async function resolveEnvironments(environments: readonly PythonEnvironment[], context: EngineContext): Promise<void> {
  const entries: CacheEntry[] = [];
  for (const environment of environments) {
    const { label, diskBytes, minorVersions } = environment;
    const python = requirePython(await detectPython(minorVersions, context.signal), environment);
    const fill = async (draft: string): Promise<void> => await fillEnvironment(environment, python, draft, context);
    entries.push({ path: pathOf(environment, python, context), label, diskBytes, fill });
  }
  await fillCache(entries, context);
}

/** Path of `python` in an environment of the cache. @throws StreamctlError `prerequisite` as `requirePython` */
export async function pythonOf(environment: PythonEnvironment, cache: Cache): Promise<string> {
  const python = requirePython(await detectPython(environment.minorVersions), environment);
  return join(cache.cacheDir, pathOf(environment, python, cache), "bin", "python");
}

/** Whether the cache contains an environment, complete. */
export async function isInstalled(environment: PythonEnvironment, python: Python, cache: Cache): Promise<boolean> {
  return await isCached(cache.cacheDir, pathOf(environment, python, cache));
}

/** An environment links to the Python that created it, so the path depends on its version and its place. */
function pathOf({ name, requirements }: PythonEnvironment, { program, version }: Python, { declarations }: Cache): string {
  return join("python", `${name}-${shortHash(JSON.stringify([version, program, declarations.read(requirements)]), 12)}`);
}

async function fillEnvironment(
  { label, requirements, diskBytes }: PythonEnvironment,
  python: Python,
  draft: string,
  { declarations, cacheDir, log, signal }: EngineContext,
): Promise<void> {
  const requireSuccess = ({ exitCode, output }: CommandResult, failure: (end: string) => StreamctlError): void => {
    if (exitCode === 0) return;
    if (reportsDiskFull(output)) throw noSpace(cacheDir, diskBytes);
    // pip lists the lines of the requirements for other versions of Python.
    const lines = output.split("\n").filter((line) => !line.startsWith("Ignoring "));
    throw failure(lines.slice(-10).join("\n"));
  };
  // Some packages have several lines, each for other versions of Python.
  const packages = new Set(declarations.read(requirements).match(/^[A-Za-z0-9][\w.-]*/gmu));
  log.info(`Installing ${label} with pip (${packages.size} packages, only the first time)`);
  requireSuccess(await runPython(python.program, ["-m", "venv", draft], signal), (detail) => {
    const hint = "Install Python's venv (Debian: apt-get install python3-venv), then run the command again";
    return new StreamctlError("prerequisite", `Cannot install ${label}: Python cannot create a virtual environment`, { detail, hint });
  });
  const requirementsFile = join(draft, "requirements.txt");
  await writeFile(requirementsFile, declarations.read(requirements));
  let collected = 0;
  const onLine = (line: string): void => {
    if (line.startsWith("Installing collected packages")) log.info(`  ${label}: writing the packages`);
    if (!line.startsWith("Collecting ")) return;
    collected += 1;
    if (collected % 25 === 0) log.info(`  ${label}: ${collected} packages`);
  };
  const pip = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "-r", requirementsFile];
  requireSuccess(await runPython(join(draft, "bin", "python"), pip, signal, onLine), (detail) => {
    const hint = "Check that this machine can reach its package index (pip config, PIP_INDEX_URL, HTTPS_PROXY), then run the command again";
    return new StreamctlError("download", `Cannot install ${label}: pip failed`, { detail, hint });
  });
}

/** Runs with the whole environment, because pip finds its index and certificates by the user's variables and files. */
async function runPython(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
  onLine?: (line: string) => void,
): Promise<CommandResult> {
  // The caller's PYTHONHOME or PYTHONPATH would make it load other packages.
  const env = { PYTHONHOME: "", PYTHONPATH: "", LC_ALL: "C.UTF-8" };
  try {
    return await runCommand({ program, args, inherits: "all", env }, { signal, ...(onLine ? { onLine } : {}) });
  } catch (error) {
    if (!hasCode(error, "prerequisite")) throw error;
    return { exitCode: 127, output: error.message };
  }
}
