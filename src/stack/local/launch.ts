/** Starts each kind of process locally: preparation and command. */

import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ifExists } from "../../core/files.ts";
import type { Command } from "../../core/process.ts";
import { jarFolderClassPath, readJarFolder } from "../jar-folder.ts";
import { javaArguments, jvmOptionsOf } from "../jvm-options.ts";
import type { JvmProcess, MavenJars, PythonEnvironment, PythonProcess, ServiceDefinition } from "../service.ts";
import { archiveOptions, type ClassArchive, findArchive, markUsed } from "./class-archives.ts";
import { classPath, type EngineContext, resolveEngines } from "./engines.ts";
import type { ArchiveJob } from "./make-archives.ts";
import { findJava } from "./java.ts";
import type { OwnProgram } from "./own-program.ts";
import { pythonOf, resolveEnvironments } from "./python.ts";

/**
 * Downloads the engines of the services, and checks those that the user has installed. @throws StreamctlError as `resolveEngines`,
 * `resolveEnvironments`, `readJarFolder`
 */
export async function prepareLaunch(definitions: readonly ServiceDefinition[], context: EngineContext): Promise<void> {
  const maven: MavenJars[] = [];
  const environments: PythonEnvironment[] = [];
  for (const { process: program } of definitions) {
    if (program.kind === "python") environments.push(program.environment);
    if (program.kind !== "jvm") continue;
    if (program.jars.kind === "maven") maven.push(program.jars);
    else await readJarFolder(program.jars, program.mainClass);
  }
  await resolveEngines(maven, context);
  await resolveEnvironments(environments, context);
}

/** The inputs of a command besides the definition. */
export interface LaunchContext extends Pick<EngineContext, "cacheDir" | "declarations"> {
  /** Folder with the user's declarations; undefined for the built-in ones. */
  readonly declarationsDir: string | undefined;
  /** Renders a text of the definition. */
  readonly render: (text: string) => string;
  readonly folder: { readonly confDir: string; readonly dataDir: string; readonly secretDir: string };
  /** `streamctl.service=<stack id>/<name>`. */
  readonly mark: string;
  /** Whether the configuration folder contains a hosts file. */
  readonly hosts: boolean;
  readonly ownProgram: () => OwnProgram;
}

/** The command of a service. Each kind of process has the mark in another argument. */
export async function launchCommand(definition: ServiceDefinition, context: LaunchContext): Promise<Command> {
  const { process: program } = definition;
  const { mark } = context;
  switch (program.kind) {
    case "jvm":
      return await javaCommand(definition, program, program, context);
    case "python":
      return await pythonCommand(definition.env, program, ["-m", program.module, ...program.args], context);
    case "streamctl": {
      const { program: executable, args } = context.ownProgram();
      const dir = context.declarationsDir === undefined ? [] : ["--dir", resolve(context.declarationsDir)];
      const command = commandOf({ program: executable, args: [...args, ...program.args, ...dir, "--mark", mark] }, definition.env, context);
      // Do not render the caller's values.
      return { ...command, env: { ...ownSettings(), ...command.env } };
    }
  }
}

/** The command that prepares a service's data folder; undefined when it needs none. */
export async function prepareCommand(definition: ServiceDefinition, context: LaunchContext): Promise<Command | undefined> {
  const { process: program, env } = definition;
  if (program.kind === "jvm" && program.prepare) return await javaCommand(definition, program, program.prepare, context);
  if (program.kind === "python" && program.prepare) return await pythonCommand(env, program, program.prepare, context);
  return undefined;
}

async function pythonCommand(
  env: ServiceDefinition["env"],
  { environment }: PythonProcess,
  args: readonly string[],
  context: LaunchContext,
): Promise<Command> {
  // Python takes any -X option, and ignores those that it does not know. https://docs.python.org/3/using/cmdline.html#cmdoption-X
  const marked = ["-X", context.mark, ...args];
  return commandOf({ program: await pythonOf(environment, context), args: marked }, env, context);
}

async function javaCommand(
  { name, env }: ServiceDefinition,
  program: JvmProcess,
  run: Pick<JvmProcess, "mainClass" | "args">,
  context: LaunchContext,
): Promise<Command> {
  const path = await classPathOf(program, context);
  const java = await findJava();
  const archive = java === undefined ? undefined : await archiveOf(name, program, { ...context, java, path });
  if (archive?.exists === true) await markUsed(archive);
  // A program that prepares the data loads a few of the classes only: its list would make an archive of little use.
  const archived = run === program || archive?.exists === true ? archiveOptions(archive, classListOf(context)) : [];
  // With this property the JVM resolves host names by this file only.
  const hosts = context.hosts ? [`-Djdk.net.hosts.file=${join(context.folder.confDir, "hosts")}`] : [];
  const allArgs = ["-cp", path, `-D${context.mark}`, ...archived, ...hosts, ...javaArguments(program, run)];
  return commandOf({ program: java ?? "java", args: allArgs }, env, context);
}

async function classPathOf({ jars, mainClass }: JvmProcess, cache: Pick<LaunchContext, "cacheDir" | "declarations">): Promise<string> {
  return jars.kind === "folder" ? jarFolderClassPath(await readJarFolder(jars, mainClass)) : classPath(cache, jars);
}

async function archiveOf(
  name: string,
  program: JvmProcess,
  { cacheDir, java, path }: { readonly cacheDir: string; readonly java: string; readonly path: string },
): Promise<ClassArchive | undefined> {
  return await findArchive({ cacheDir, name, java, classPath: path, jvmOptions: jvmOptionsOf(program) });
}

/** The list of classes that a running engine has loaded. Its folder is emptied before each start. */
function classListOf({ folder }: Pick<LaunchContext, "folder">): string {
  return join(folder.dataDir, "tmp", "classes.lst");
}

/** How to make the class-data archive of a running service; undefined if it exists, or if the service does not list its classes. */
export async function archiveJob(
  { name, process: program }: ServiceDefinition,
  context: Pick<LaunchContext, "cacheDir" | "declarations" | "folder" | "mark">,
): Promise<ArchiveJob | undefined> {
  const classList = classListOf(context);
  if (program.kind !== "jvm" || (await ifExists(stat(classList))) === undefined) return undefined;
  const java = await findJava();
  if (java === undefined) return undefined;
  const path = await classPathOf(program, context);
  const archive = await archiveOf(name, program, { ...context, java, path });
  if (archive === undefined || archive.exists) return undefined;
  return { name, path: archive.path, java, classPath: path, classList, mark: context.mark };
}

function commandOf({ program, args }: OwnProgram, env: ServiceDefinition["env"], { render, folder }: LaunchContext): Command {
  return {
    program,
    args: args.map(render),
    cwd: folder.dataDir,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, render(value)])),
  };
}

/** Variables that configure streamctl also apply to a service that is a command of streamctl. */
function ownSettings(): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[0].startsWith("STREAMCTL_") && entry[1] !== undefined,
  );
  return Object.fromEntries(own);
}
