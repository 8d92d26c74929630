/**
 * Detects the facts about this machine on which the next `up` depends; `checks.ts` evaluates them. Read-only.
 */

import { access, constants, readFile, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { openDeclarations } from "../core/assets.ts";
import { cacheFolder } from "../core/cache-folder.ts";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { outgoingPorts, type PortRange } from "../core/port-owner.ts";
import { findProgram } from "../core/process.ts";
import { loadAddon } from "../kafka/addon.ts";
import { processors } from "../processors/catalog.ts";
import type { ProcessorDeclaration } from "../processors/plugin.ts";
import { findEngine } from "../stack/docker/engine.ts";
import { diskBytesFor, distinctEngines, isResolved, needsCompiler } from "../stack/local/engines.ts";
import { allowsExecution } from "../stack/local/execution.ts";
import { type Java, detectJava } from "../stack/local/java.ts";
import { detectPython, isInstalled, type Python } from "../stack/local/python.ts";
import { type TakenPort, takenPorts } from "../stack/ports.ts";
import type { StackChoices } from "../state/choices.ts";
import { hasImage, type MavenJars, type PythonEnvironment, type ServiceDefinition } from "../stack/service.ts";
import type { RuntimeName } from "../state/service-identity.ts";
import type { StateFolder } from "../state/state-folder.ts";

/** The services that an `up` is about to start. */
export interface PlannedStart {
  readonly choices: Pick<StackChoices, "runtime" | "portOffset" | "processor" | "source">;
  readonly folder: StateFolder;
  readonly declarationsDir?: string | undefined;
  /** Services that will or may have to be started. */
  readonly starting: readonly ServiceDefinition[];
  /** Those that are not running: their ports must be free. */
  readonly opening: readonly ServiceDefinition[];
  /** Whether to check for a container engine even if none is needed. */
  readonly asksContainers?: true;
  /** Optional services that will not be started, whose requirements are checked too; default: none. */
  readonly optional?: readonly ServiceDefinition[];
}

/** Name and version of a working program or library, or why it does not work. */
export type Found = string | StreamctlError;

export interface Folder {
  readonly path: string;
  /** Why it is not writable, such as `permission denied`; undefined if it is. */
  readonly obstacle: string | undefined;
  /** Free space on its disk. */
  readonly freeBytes: number;
  /** Whether its file system permits execution of programs and libraries (no `noexec`). */
  readonly executes: boolean;
}

/** Limits of this session that the engines inherit; infinite if there is no limit. */
export interface Limits {
  readonly openFiles: number;
  readonly processes: number;
  readonly addressSpaceBytes: number;
  readonly fileBytes: number;
}

/** Facts about the environment of a Python service. */
export interface EnvironmentFacts {
  readonly environment: PythonEnvironment;
  /** Whether the service will be started. */
  readonly needed: boolean;
  /** The Python that would create it; undefined if there is none. */
  readonly python: Python | undefined;
  /** Whether the cache contains it. */
  readonly installed: boolean;
}

export interface Machine {
  readonly runtime: RuntimeName;
  readonly portOffset: number;
  /** Whether any service is started. */
  readonly starts: boolean;
  readonly stateFolder: Folder;
  readonly limits: Limits;
  readonly java: Java;
  /** Path of Maven; undefined if it is not on the PATH. */
  readonly maven: string | undefined;
  readonly cache: Folder | StreamctlError;
  /** Engines to start that are not in the cache. */
  readonly missingEngines: readonly string[];
  /** Disk space that the missing engines and Python environments of the services to start need. */
  readonly missingBytes: number;
  readonly environments: readonly EnvironmentFacts[];
  /** Labels of missing engines that need a Java compiler. */
  readonly compiled: readonly string[];
  readonly takenPorts: readonly TakenPort[];
  readonly outgoingPorts: { readonly ports: readonly number[]; readonly range: PortRange } | undefined;
  /** The container engine; undefined if it was not checked. */
  readonly containers: Found | undefined;
  readonly librdkafka: Found;
  /** User-provided installations of processors. */
  readonly installed: readonly { readonly subject: string; readonly found: Found }[];
}

export async function inspectMachine(planned: PlannedStart, signal?: AbortSignal): Promise<Machine> {
  const { choices, folder, starting, opening } = planned;
  const { runtime, portOffset } = choices;
  const cache = await cacheOrError();
  const missing = "path" in cache ? await missingIn(cache.path, planned) : enginesOf(starting);
  const compiled = runtime === "local" ? missing.filter(needsCompiler).map(({ label }) => label) : [];
  const published = opening.map(({ name, ports }) => ({
    name,
    ports: ports.filter(({ own }) => runtime === "local" || own !== true),
  }));
  const [stateFolder, limits, java, maven, taken, outgoing, containers, installed, environments] = await Promise.all([
    inspectFolder(folder.root),
    readLimits(),
    detectJava({ checkCompiler: compiled.length > 0, signal }),
    findProgram("mvn"),
    takenPorts(published),
    outgoingPorts(published.flatMap(({ ports }) => ports.map(({ port }) => port))),
    // Only if required: an engine that does not respond takes long to time out.
    runtime === "docker" || planned.asksContainers === true ? inspectContainers(runtime, signal) : undefined,
    inspectInstalled(choices),
    inspectEnvironments(planned, cache, signal),
  ]);
  const toInstall = environments.filter((one) => one.needed && !one.installed);
  return {
    runtime,
    portOffset,
    starts: starting.length > 0,
    stateFolder,
    limits,
    java,
    maven,
    cache,
    missingEngines: missing.map(({ engine }) => engine),
    missingBytes: diskBytesFor(missing) + toInstall.reduce((sum, { environment }) => sum + environment.diskBytes, 0),
    environments,
    compiled,
    takenPorts: taken,
    outgoingPorts: outgoing,
    containers,
    librdkafka: await resultOrError(async () => loadAddon().librdkafkaVersion),
    installed,
  };
}

async function inspectEnvironments(
  { starting, optional = [], declarationsDir }: PlannedStart,
  cache: Folder | StreamctlError,
  signal: AbortSignal | undefined,
): Promise<readonly EnvironmentFacts[]> {
  const declarations = openDeclarations(declarationsDir);
  const inspections = [...starting, ...optional].map(async (definition): Promise<readonly EnvironmentFacts[]> => {
    if (definition.process.kind !== "python") return [];
    const { environment } = definition.process;
    const python = await detectPython(environment.minorVersions, signal);
    const needed = starting.includes(definition);
    const installed =
      python !== undefined && "path" in cache && (await isInstalled(environment, python, { cacheDir: cache.path, declarations }));
    return [{ environment, needed, python, installed }];
  });
  return (await Promise.all(inspections)).flat();
}

async function inspectInstalled({ runtime, processor, source }: PlannedStart["choices"]): Promise<Machine["installed"]> {
  const inspections = Object.values(processors).map(async (one: ProcessorDeclaration) => {
    if (!one.inspect) return [];
    const found = await resultOrError(async () => await one.inspect?.(one.name === processor ? source : undefined, runtime));
    return found === undefined ? [] : [{ subject: one.name, found }];
  });
  return (await Promise.all(inspections)).flat();
}

/** Facts about a folder. If it does not exist, about the folder in which it would be created. */
export async function inspectFolder(path: string): Promise<Folder> {
  const { nearest, isFolder } = await nearestExisting(resolve(path));
  const { bavail, bsize } = await statfs(nearest);
  const facts = { path, freeBytes: bavail * bsize, executes: await allowsExecution(nearest) };
  if (!isFolder) return { ...facts, obstacle: "it is a file, not a folder" };
  try {
    await access(nearest, constants.W_OK | constants.X_OK);
    return { ...facts, obstacle: undefined };
  } catch (error) {
    return { ...facts, obstacle: systemCode(error) === "EROFS" ? "its disk is read-only" : "permission denied" };
  }
}

/** The nearest existing ancestor of a path, or the path itself. */
async function nearestExisting(path: string): Promise<{ readonly nearest: string; readonly isFolder: boolean }> {
  try {
    return { nearest: path, isFolder: (await stat(path)).isDirectory() };
  } catch (error) {
    // A path that cannot be read cannot be written either.
    if (!["ENOENT", "ENOTDIR", "EACCES"].includes(systemCode(error) ?? "") || dirname(path) === path) throw error;
    return await nearestExisting(dirname(path));
  }
}

async function cacheOrError(): Promise<Folder | StreamctlError> {
  return await resultOrError(async () => await inspectFolder(cacheFolder()));
}

function enginesOf(definitions: readonly ServiceDefinition[]): readonly MavenJars[] {
  return distinctEngines(
    definitions
      .filter(hasImage)
      .map((definition) => definition.process.jars)
      .filter((jars) => jars.kind === "maven"),
  );
}

async function missingIn(cacheDir: string, { choices, starting, declarationsDir }: PlannedStart): Promise<readonly MavenJars[]> {
  if (choices.runtime === "docker") return [];
  const cache = { cacheDir, declarations: openDeclarations(declarationsDir) };
  const engines = await Promise.all(enginesOf(starting).map(async (jars) => ({ jars, resolved: await isResolved(cache, jars) })));
  return engines.filter(({ resolved }) => !resolved).map(({ jars }) => jars);
}

async function readLimits(): Promise<Limits> {
  const text = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const limit = (name: string, which: "soft" | "hard"): number => {
    const [, soft, hard] = new RegExp(`^${name} +(\\S+) +(\\S+)`, "mu").exec(text) ?? [];
    const value = Number(which === "soft" ? soft : hard);
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  return {
    // A JVM raises its soft limit to the hard limit (-XX:+MaxFDLimit).
    openFiles: limit("Max open files", "hard"),
    // The limit does not apply to the superuser.
    processes: process.getuid?.() === 0 ? Number.POSITIVE_INFINITY : limit("Max processes", "soft"),
    addressSpaceBytes: Math.min(limit("Max address space", "soft"), limit("Max data size", "soft")),
    fileBytes: limit("Max file size", "soft"),
  };
}

async function inspectContainers(runtime: RuntimeName, signal: AbortSignal | undefined): Promise<Found> {
  return await resultOrError(async () => {
    const engine = await findEngine(signal);
    // Check compose only if it is needed: it takes up to a second.
    if (runtime === "docker") await engine.compose({ folder: "/", project: "streamctl" }, ["version"], { signal });
    return engine.name;
  });
}

/** Returns the result or the StreamctlError; throws interruptions and unexpected errors. */
async function resultOrError<T>(detect: () => Promise<T>): Promise<T | StreamctlError> {
  try {
    return await detect();
  } catch (error) {
    if (error instanceof StreamctlError && error.code !== "interrupted") return error;
    throw error;
  }
}
