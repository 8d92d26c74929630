/**
 * Virtual environments of Python services: created once per user with `venv` and pip from a pinned requirements file, kept in the cache.
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { type CommandResult, runCommand } from "../../core/process.ts";
import { reportsDiskFull } from "../../core/program-messages.ts";
import { shortHash } from "../../core/short-hash.ts";
import { type CacheEntry, fillCache, noSpace } from "./cache.ts";
import type { EngineContext } from "./engines.ts";
import type { PythonEnvironment } from "../service.ts";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Adds the missing environments to the cache.
 *
 * @throws StreamctlError `prerequisite` without Python or its venv, `no-space`, `download` with the end of pip's output
 */
export async function resolveEnvironments(environments: readonly PythonEnvironment[], context: EngineContext): Promise<void> {
  const version = environments.length === 0 ? "" : await pythonVersion();
  const entries = environments.map((environment): CacheEntry => {
    const { label, diskBytes } = environment;
    const fill = async (draft: string): Promise<void> => await fillEnvironment(environment, draft, context);
    return { path: pathOf(environment, version, context), label, diskBytes, fill };
  });
  await fillCache(entries, context);
}

/** Path of `python` in an environment of the cache. */
export async function pythonOf(environment: PythonEnvironment, context: Pick<EngineContext, "cacheDir" | "declarations">): Promise<string> {
  return join(context.cacheDir, pathOf(environment, await pythonVersion(), context), "bin", "python");
}

/** An environment links to the Python that created it, so the path depends on the version. */
function pathOf({ name, requirements }: PythonEnvironment, version: string, { declarations }: Pick<EngineContext, "declarations">): string {
  return join("python", `${name}-${shortHash(JSON.stringify([version, declarations.read(requirements)]), 12)}`);
}

async function fillEnvironment(
  { label, requirements, diskBytes }: PythonEnvironment,
  draft: string,
  { declarations, cacheDir, log, signal }: EngineContext,
): Promise<void> {
  const requireSuccess = ({ exitCode, output }: CommandResult, failure: (end: string) => StreamctlError): void => {
    if (exitCode === 0) return;
    if (reportsDiskFull(output)) throw noSpace(cacheDir, diskBytes);
    throw failure(output.split("\n").slice(-10).join("\n"));
  };
  const packages = declarations
    .read(requirements)
    .split("\n")
    .filter((line) => /^[A-Za-z0-9]/u.test(line)).length;
  log.info(`Installing ${label} with pip (${packages} packages, only the first time)`);
  requireSuccess(await runPython("python3", ["-m", "venv", draft], signal), (detail) => {
    const hint = "Install Python's venv (Debian: apt-get install python3-venv), then run the command again";
    return new StreamctlError("prerequisite", `Cannot install ${label}: Python cannot create a virtual environment`, { detail, hint });
  });
  const requirementsFile = join(draft, "requirements.txt");
  await writeFile(requirementsFile, declarations.read(requirements));
  let collected = 0;
  const onLine = (line: string): void => {
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

/** Such as `Python 3.11.7`. @throws StreamctlError `prerequisite` without Python */
async function pythonVersion(): Promise<string> {
  return (await runPython("python3", ["--version"])).output.trim();
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
    throw new StreamctlError("prerequisite", "Cannot run Python: python3 is not on the PATH", {
      cause: error,
      hint: "Install Python 3 with venv (Debian: apt-get install python3 python3-venv), then run the command again",
    });
  }
}
