/** Services as JVM processes of this machine, detached from the terminal, on loopback, with stated heaps. */

import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Declarations, openDeclarations } from "../../core/assets.ts";
import { diskOf } from "../../core/disk.ts";
import { endProcess } from "../../core/end-process.ts";
import { StreamctlError } from "../../core/errors.ts";
import { readIfExists, writeAtomically, writeDurably } from "../../core/files.ts";
import type { Log } from "../../core/log.ts";
import { isRunning, type ProcessIdentity, residentBytes, runCommand } from "../../core/process.ts";
import { Follower, readTail } from "../../core/tail.ts";
import { renderTemplate } from "../../core/template.ts";
import { pausedWhole } from "../../core/wait.ts";
import { jarFolderClassPath, readJarFolder } from "../jar-folder.ts";
import { jvmOptionsOf, nameUnpassedSettings } from "../jvm-options.ts";
import { Children } from "./children.ts";
import { localData } from "./data.ts";
import { classPath, resolveEngines } from "./engines.ts";
import { allowsExecution, noExecution } from "./execution.ts";
import { hostsWith, unknownHostName } from "./host-names.ts";
import { findJava } from "./java.ts";
import { markedProcesses, markOf } from "./marks.ts";
import { requireFreePorts, requireOwnPorts } from "../ports.ts";
import type { Runtime } from "../runtime.ts";
import { definitionHash, type JvmProcess, type MavenJars, type ServiceDefinition } from "../service.ts";
import type { ServiceIdentity } from "../../state/service-identity.ts";
import type { StateFolder } from "../../state/state-folder.ts";

/** Its services are processes. */
export interface LocalRuntime extends Runtime {
  start(definition: ServiceDefinition): Promise<ProcessIdentity>;
}

export interface LocalRuntimeOptions {
  readonly folder: StateFolder;
  /** Id of the stack; undefined where the folder has none, and nothing is started. */
  readonly stackId: string | undefined;
  /** Folder of the engines' jars, asked for when they are needed. */
  readonly cacheDir: () => string;
  /** Default: those of the program. */
  readonly declarations?: Declarations | undefined;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/** Names are looked up in this file, and nowhere else. */
const hostsOption = "-Djdk.net.hosts.file={{confDir}}/hosts";

/** A followed log is looked at so often, in milliseconds. */
const followIntervalMs = 200;

/** A log file beyond this size is set aside as `<name>.log.1` at the next start, in bytes. */
const largeLogBytes = 20e6;

/**
 * The engines take paths now for texts, now for URIs, now for lists: beyond these characters each of them puts its files
 * somewhere else, and a resumed job looks where its checkpoints are not.
 *
 * @throws StreamctlError `usage` for a state folder in which the engines cannot work
 */
export function requirePlainPath({ root }: StateFolder): void {
  const odd = /[^\w./@~-]/u.exec(root)?.[0];
  if (odd === undefined) return;
  throw new StreamctlError("usage", `Cannot use state folder "${root}": the engines do not work in a path with "${odd}"`, {
    hint: "Choose another folder (letters, digits, . _ - @ ~ and /): --state-dir DIR",
  });
}

export function localRuntime(options: LocalRuntimeOptions): LocalRuntime {
  const { folder, stackId, cacheDir, declarations = openDeclarations(), log, signal } = options;
  const render = (definition: ServiceDefinition, text: string, file: string, extra: Readonly<Record<string, string>> = {}): string => {
    const dataDir = folder.dataDir(definition.name);
    const dirs = { confDir: folder.confDir(definition.name), dataDir };
    return renderTemplate(text, { ...definition.values, ...dirs, ...extra }, file);
  };
  const configuration = (definition: ServiceDefinition): readonly string[] =>
    definition.files.map(({ asset }) => render(definition, declarations.read(asset), asset));
  const classPathOf = async ({ jars, mainClass }: JvmProcess): Promise<string> =>
    jars.kind === "folder"
      ? jarFolderClassPath(await readJarFolder(jars, mainClass))
      : classPath({ cacheDir: cacheDir(), declarations }, jars);
  const children = new Children();
  let hosts: string | undefined;
  const java = (
    definition: ServiceDefinition,
    { program, path }: Jvm,
    { mainClass, args }: JavaStep,
    { marks = [], extra }: { readonly marks?: readonly string[]; readonly extra?: Readonly<Record<string, string>> },
  ) => ({
    program,
    args: [
      "-cp",
      path,
      ...marks,
      ...jvmOptionsOf(definition.process),
      ...(hosts === undefined ? [] : [hostsOption]),
      mainClass,
      ...args,
    ].map((arg) => render(definition, arg, definition.name, extra)),
    cwd: folder.dataDir(definition.name),
    env: Object.fromEntries(Object.entries(definition.env).map(([name, value]) => [name, render(definition, value, definition.name)])),
  });

  return {
    async prepare(definitions) {
      nameUnpassedSettings(process.env, log);
      if (!(await allowsExecution(folder.root))) log.warn(noExecution(folder.root));
      const unknown = await unknownHostName(signal);
      if (unknown !== undefined) {
        log.info(
          `Nothing resolves "${unknown}", the name of this machine: its engines take it for 127.0.0.1, and know only the names of /etc/hosts`,
        );
        hosts = await hostsWith(unknown);
      }
      const maven: MavenJars[] = [];
      for (const { process: program } of definitions) {
        if (program.jars.kind === "maven") maven.push(program.jars);
        else await readJarFolder(program.jars, program.mainClass);
      }
      await resolveEngines(maven, { log, signal, cacheDir: cacheDir(), declarations });
    },

    hash: (definition) => definitionHash(definition, configuration(definition)),

    async start(definition) {
      await requireFreePorts(definition);
      await layOut(folder, definition, configuration(definition), hosts);
      const jvm = { program: (await findJava()) ?? "java", path: await classPathOf(definition.process) };
      await prepareData(
        folder,
        definition,
        (step, extra) => java(definition, jvm, step, { marks: [markOf(stackId ?? "", definition.name, "prepare")], extra }),
        signal,
      );
      const logFile = folder.logFile(definition.name);
      await setLargeLogAside(logFile);
      const mark = markOf(stackId ?? "", definition.name);
      return await children.start(java(definition, jvm, definition.process, { marks: [mark] }), logFile);
    },

    async stop(name, started, timeoutMs) {
      await endProcess(requireProcess(started), {
        timeoutMs,
        what: name,
        onKill: () => log.warn(`${name} did not stop within ${timeoutMs / 1000} s: killing process ${started.pid}`),
      });
    },

    isRunning: async (identity) => await isRunning(requireProcess(identity)),

    running: async () => await markedProcesses(stackId, folder),

    async endOrphans() {
      const preparing = (await markedProcesses(stackId, folder)).filter(({ step }) => step !== undefined);
      await Promise.all(preparing.map(async ({ name, identity }) => await endProcess(identity, { timeoutMs: 5000, what: name })));
    },

    endOf: async ({ pid }) => await children.endOf(pid),

    requireOwnPorts: async (definition, { pid }) => await requireOwnPorts(definition, pid),

    residentBytes: async ({ pid }) => await residentBytes(pid),

    tailLog: async (name, lines) => (await readTail(folder.logFile(name), lines))?.lines,

    async followLog(name, lines, onLine, until) {
      const path = folder.logFile(name);
      const tail = await readTail(path, lines);
      const follower = new Follower(path, tail?.position ?? 0);
      const hand = async (some: Iterable<string> | AsyncIterable<string>): Promise<void> => {
        for await (const line of some) {
          if (until.aborted) return;
          await onLine(line);
        }
      };
      await hand(tail?.lines ?? []);
      while (await pausedWhole(followIntervalMs, until)) await hand(follower.look());
    },

    diskOf: async (name) => await diskOf(folder.dataDir(name)),

    dataOf: (name) => localData(folder.dataDir(name)),

    // All of it lies in the state folder.
    forget: async () => {},
  };
}

/** @throws StreamctlError `state` for a service that another runtime started */
function requireProcess(identity: ServiceIdentity): ProcessIdentity {
  if ("bootId" in identity) return identity;
  throw new StreamctlError("state", `Cannot find the process of container ${identity.containerId}: it was started by another runtime`);
}

async function layOut(
  folder: StateFolder,
  definition: ServiceDefinition,
  texts: readonly string[],
  hosts: string | undefined,
): Promise<void> {
  const { name } = definition;
  // A process that was killed leaves what it had unpacked there, some megabytes each time.
  await rm(join(folder.dataDir(name), "tmp"), { recursive: true, force: true });
  await mkdir(join(folder.dataDir(name), "tmp"), { recursive: true });
  await mkdir(join(folder.root, "log"), { recursive: true });
  await rm(folder.confDir(name), { recursive: true, force: true });
  for (const [index, { as }] of definition.files.entries()) await writeAtomically(join(folder.confDir(name), as), texts[index] ?? "");
  if (hosts !== undefined) await writeAtomically(join(folder.confDir(name), "hosts"), hosts);
}

type Jvm = { readonly program: string; readonly path: string };
type JavaStep = { readonly mainClass: string; readonly args: readonly string[] };
type JavaCommand = (step: JavaStep, extra: Readonly<Record<string, string>>) => Parameters<typeof runCommand>[0];

/** Runs the definition's first-time step once; a marker in the data folder says that it was done whole. */
async function prepareData(
  folder: StateFolder,
  definition: ServiceDefinition,
  java: JavaCommand,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { prepare } = definition.process;
  if (!prepare) return;
  const marker = join(folder.dataDir(definition.name), "prepared");
  if ((await readIfExists(marker)) !== undefined) return;
  await rm(folder.dataDir(definition.name), { recursive: true, force: true });
  await mkdir(join(folder.dataDir(definition.name), "tmp"), { recursive: true });
  // Kafka's ids are 16 bytes in url-safe base64 and may not begin with a dash.
  const clusterId = `s${randomBytes(16).toString("base64url").slice(1, 22)}`;
  // Ctrl-C on a terminal reaches this step too: with the signal it is an interruption, without it a failed service.
  const { exitCode, output } = await runCommand(java(prepare, { clusterId }), { signal });
  if (exitCode !== 0) {
    throw new StreamctlError("service-failed", `Cannot prepare the data of ${definition.name}: ended with ${exitCode}`, {
      detail: output.split("\n").slice(-15).join("\n"),
    });
  }
  await writeDurably(marker, "");
}

async function setLargeLogAside(path: string): Promise<void> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > largeLogBytes) await rename(path, `${path}.1`);
}
