/** Runs services as local processes, detached from the terminal, on loopback, with heap limits. */

import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Declarations, openDeclarations } from "../../core/assets.ts";
import { diskOf } from "../../core/disk.ts";
import { endProcess, killProcess } from "../../core/end-process.ts";
import { messageOf, StreamctlError } from "../../core/errors.ts";
import { readIfExists, writeAtomically, writeDurably } from "../../core/files.ts";
import type { Log } from "../../core/log.ts";
import {
  type Command,
  cpuTimeMs,
  isRunning,
  isStopped,
  type ProcessIdentity,
  residentBytes,
  runCommand,
  signalProcess,
  signalWithChildren,
  startDetached,
} from "../../core/process.ts";
import { Follower, readTail } from "../../core/tail.ts";
import { shortHash } from "../../core/short-hash.ts";
import { renderTemplate } from "../../core/template.ts";
import { pauseUnlessAborted, pollUntil } from "../../core/wait.ts";
import { logIgnoredSettings } from "../jvm-options.ts";
import { Children } from "./children.ts";
import { localData } from "./data.ts";
import { allowsExecution, noexecWarning } from "./execution.ts";
import { hostsFileWith, unresolvableHostName } from "./host-names.ts";
import { archiveJob, launchCommand, type LaunchContext, prepareCommand, prepareLaunch } from "./launch.ts";
import { markedProcesses, markOf, type Step } from "./marks.ts";
import { ownProgram, type OwnProgram } from "./own-program.ts";
import { provideSecrets } from "./secrets.ts";
import { requireFreePorts, requireOwnPorts } from "../ports.ts";
import type { Runtime } from "../runtime.ts";
import { definitionHash, type ServiceDefinition } from "../service.ts";
import type { ServiceIdentity, ServiceName } from "../../state/service-identity.ts";
import type { StateFolder } from "../../state/state-folder.ts";

/** A runtime whose services are processes. */
export interface LocalRuntime extends Runtime {
  start(definition: ServiceDefinition): Promise<ProcessIdentity>;
}

export interface LocalRuntimeOptions {
  readonly folder: StateFolder;
  /** Id of the stack; undefined when the folder has none and nothing will be started. */
  readonly stackId: string | undefined;
  /** Folder of the engines' jars; called when they are needed. */
  readonly cacheDir: () => string;
  /** Folder with the user's declarations, for services that are a command of streamctl; undefined for the built-in ones. */
  readonly declarationsDir?: string | undefined;
  /** Default: those of the folder. */
  readonly declarations?: Declarations | undefined;
  /** Command that starts streamctl itself. Default: as this process was started. */
  readonly ownProgram?: (() => OwnProgram) | undefined;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/** Interval at which a followed log is read, in milliseconds. */
const followIntervalMs = 200;

/** Maximum wait for killed processes that make archives, in milliseconds. Nothing depends on their end. */
const endArchivingTimeoutMs = 1000;

/** A larger log file, in bytes, is renamed to `<name>.log.1` at the next start. */
const largeLogBytes = 20e6;

/**
 * Some engine options take a path, others a URI, others a list. With other characters in the path, an engine writes files elsewhere, and a
 * resumed job does not find its checkpoints.
 *
 * @throws StreamctlError `usage` for a state folder whose path the engines do not support
 */
export function requirePlainPath({ root }: StateFolder): void {
  const odd = /[^\w./@~-]/u.exec(root)?.[0];
  if (odd === undefined) return;
  throw new StreamctlError("usage", `Cannot use state folder "${root}": the engines do not support "${odd}" in a path`, {
    hint: "Choose another folder (letters, digits, . _ - @ ~ and /): --state-dir DIR",
  });
}

export function localRuntime(options: LocalRuntimeOptions): LocalRuntime {
  const { folder, stackId, cacheDir, declarationsDir, declarations = openDeclarations(declarationsDir), log, signal } = options;
  const configuration = (definition: ServiceDefinition): readonly string[] => {
    const { name, values, files, process: program } = definition;
    const all = { ...values, ...serviceDirs(folder, name) };
    const texts = files.map(({ asset }) => renderTemplate(declarations.read(asset), all, asset));
    return program.kind === "python" ? [...texts, declarations.read(program.environment.requirements)] : texts;
  };
  const children = new Children();
  let hosts: string | undefined;
  const launchContext = (definition: ServiceDefinition, step?: Step): LaunchContext => {
    const { name, values } = definition;
    const dirs = serviceDirs(folder, name);
    const all = { ...values, ...dirs, stateDir: folder.root, ...(step === "prepare" ? { clusterId: newClusterId() } : {}) };
    return {
      cacheDir: cacheDir(),
      declarations,
      declarationsDir,
      folder: dirs,
      mark: markOf(stackId ?? "", name, step),
      hosts: hosts !== undefined,
      ownProgram: options.ownProgram ?? ownProgram,
      render: (text) => renderTemplate(text, all, name),
    };
  };

  return {
    async prepare(definitions) {
      logIgnoredSettings(
        process.env,
        definitions.map((definition) => definition.process),
        log,
      );
      if (!(await allowsExecution(folder.root))) {
        const { found, advice } = noexecWarning(folder.root);
        log.warn(`${found}. ${advice}`);
      }
      const unknown = await unresolvableHostName(signal);
      if (unknown !== undefined) {
        log.info(
          `The host name "${unknown}" of this machine does not resolve: the engines use 127.0.0.1 for it, and otherwise only /etc/hosts`,
        );
        hosts = await hostsFileWith(unknown);
      }
      await prepareLaunch(definitions, { log, signal, cacheDir: cacheDir(), declarations });
    },

    hash: (definition) => definitionHash(definition, configuration(definition)),

    async start(definition) {
      await requireFreePorts(definition);
      const texts = configuration(definition);
      await writeServiceFolders(folder, definition, texts, hosts);
      const secrets = await provideSecrets(definition, folder);
      const preparation = await prepareCommand(definition, launchContext(definition, "prepare"));
      if (preparation !== undefined) {
        // A JVM's data is prepared once; its engine migrates it.
        const revision = definition.process.kind === "jvm" ? "" : shortHash(JSON.stringify([texts, secrets]));
        await prepareData(definition.name, preparation, { folder, revision, log, signal });
      }
      const logFile = folder.logFile(definition.name);
      await rotateLargeLog(logFile);
      return await children.start(await launchCommand(definition, launchContext(definition)), logFile);
    },

    async stop(name, started, timeoutMs) {
      await endProcess(requireProcess(started), {
        timeoutMs,
        what: name,
        onKill: () => log.warn(`${name} did not stop within ${timeoutMs / 1000} s: killing process ${started.pid}`),
      });
    },

    kill: async (name, identity) => await killProcess(requireProcess(identity), name),

    freeze: async (identity) => await signalWithChildren(requireProcess(identity), "SIGSTOP"),

    async thaw(identity) {
      await signalWithChildren(requireProcess(identity), "SIGCONT");
    },

    isFrozen: async (identity) => await isStopped(requireProcess(identity)),

    isRunning: async (identity) => await isRunning(requireProcess(identity)),

    // A process that makes archives neither serves nor changes anything.
    running: async () => (await markedProcesses(stackId, folder)).filter(({ step }) => !isArchiving(step)),

    async endOrphans() {
      const preparing = (await markedProcesses(stackId, folder)).filter(({ step }) => step === "prepare");
      await Promise.all(preparing.map(async ({ name, identity }) => await endProcess(identity, { timeoutMs: 5000, what: name })));
    },

    async archiveClasses(definitions) {
      try {
        const jobs = await Promise.all(definitions.map(async (one) => await archiveJob(one, launchContext(one, "archive/dump"))));
        const missing = jobs.filter((job) => job !== undefined);
        const [first] = missing;
        if (first === undefined) return;
        const { program, args } = (options.ownProgram ?? ownProgram)();
        const mark = markOf(stackId ?? "", first.name, "archive");
        const words = [...args, "class-archives", "--jobs", JSON.stringify(missing), "--mark", mark, "--verbose"];
        const logFile = join(folder.root, "log", "class-archives.log");
        await startDetached({ program, args: words, cwd: folder.dataDir(first.name) }, logFile);
        log.debug(`Making class-data archives of ${missing.map(({ name }) => name).join(", ")}`);
      } catch (error) {
        log.debug(`Cannot make class-data archives: ${messageOf(error)}`);
      }
    },

    async endArchiving() {
      // They may be killed at any time, and a busy JVM ends late on SIGTERM. One of them may just have started another one.
      const end = async (): Promise<true | undefined> => {
        const archiving = (await markedProcesses(stackId, folder)).filter(({ step }) => isArchiving(step));
        for (const { identity } of archiving) await signalProcess(identity, "SIGKILL");
        return archiving.length === 0 ? true : undefined;
      };
      await pollUntil(end, { timeoutMs: endArchivingTimeoutMs, what: "class-data archives" }).catch((error: unknown) =>
        log.debug(messageOf(error)),
      );
    },

    endOf: async ({ pid }) => await children.endOf(pid),

    requireOwnPorts: async (definition, { pid }) => await requireOwnPorts(definition, pid),

    residentBytes: async ({ pid }) => await residentBytes(pid),

    cpuTimeMs: async ({ pid }) => await cpuTimeMs(pid),

    tailLog: async (name, lines) => (await readTail(folder.logFile(name), lines))?.lines,

    async followLog(name, lines, onLine, until) {
      const path = folder.logFile(name);
      const tail = await readTail(path, lines);
      const follower = new Follower(path, tail?.position ?? 0);
      const passOn = async (some: Iterable<string> | AsyncIterable<string>): Promise<void> => {
        for await (const line of some) {
          if (until.aborted) return;
          await onLine(line);
        }
      };
      await passOn(tail?.lines ?? []);
      while (await pauseUnlessAborted(followIntervalMs, until)) await passOn(follower.readNew());
    },

    diskOf: async (name) => await diskOf(folder.dataDir(name)),

    dataOf: (name) => localData(folder.dataDir(name)),

    // Everything is in the state folder.
    forget: async () => {},
  };
}

function isArchiving(step: string | undefined): boolean {
  return step === "archive" || step === "archive/dump";
}

/** @throws StreamctlError `state` for a service of another runtime */
function requireProcess(identity: ServiceIdentity): ProcessIdentity {
  if ("bootId" in identity) return identity;
  throw new StreamctlError("state", `Cannot find the process of container ${identity.containerId}: it was started by another runtime`);
}

async function writeServiceFolders(
  folder: StateFolder,
  definition: ServiceDefinition,
  texts: readonly string[],
  hosts: string | undefined,
): Promise<void> {
  const { name } = definition;
  // A killed process leaves some megabytes of unpacked native libraries there.
  await rm(join(folder.dataDir(name), "tmp"), { recursive: true, force: true });
  await mkdir(join(folder.dataDir(name), "tmp"), { recursive: true });
  await mkdir(join(folder.root, "log"), { recursive: true });
  await rm(folder.confDir(name), { recursive: true, force: true });
  for (const [index, { as }] of definition.files.entries()) await writeAtomically(join(folder.confDir(name), as), texts[index] ?? "");
  if (hosts !== undefined) await writeAtomically(join(folder.confDir(name), "hosts"), hosts);
}

function serviceDirs(folder: StateFolder, name: ServiceName): LaunchContext["folder"] {
  return { confDir: folder.confDir(name), dataDir: folder.dataDir(name), secretDir: folder.secretDir(name) };
}

interface Preparation {
  readonly folder: StateFolder;
  /** Identifies the inputs of the preparation. It is repeated, with the data, when they change. */
  readonly revision: string;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

/** Runs the definition's preparation; a marker file in the data folder records which revision was completed. */
async function prepareData(name: ServiceName, command: Command, { folder, revision, log, signal }: Preparation): Promise<void> {
  const marker = join(folder.dataDir(name), "prepared");
  const prepared = await readIfExists(marker);
  if (prepared === revision) return;
  if (prepared === undefined) await rm(folder.dataDir(name), { recursive: true, force: true });
  await mkdir(join(folder.dataDir(name), "tmp"), { recursive: true });
  if (revision !== "") log.info(`Preparing the data of ${name}`);
  // Ctrl-C in the terminal also ends this program: with the signal that is an interruption, without it a failed service.
  const { exitCode, output } = await runCommand(command, { signal });
  if (exitCode !== 0) {
    throw new StreamctlError("service-failed", `Cannot prepare the data of ${name}: exit code ${exitCode}`, {
      detail: output.split("\n").slice(-15).join("\n"),
    });
  }
  await writeDurably(marker, revision);
}

/** Kafka's cluster ids are 16 bytes in url-safe base64 and may not begin with a dash. */
function newClusterId(): string {
  return `s${randomBytes(16).toString("base64url").slice(1, 22)}`;
}

async function rotateLargeLog(path: string): Promise<void> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > largeLogBytes) await rename(path, `${path}.1`);
}
