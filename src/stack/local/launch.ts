/** Starts each kind of process locally: preparation and command. */

import { join, resolve } from "node:path";
import type { Command } from "../../core/process.ts";
import { jarFolderClassPath, readJarFolder } from "../jar-folder.ts";
import { jvmOptionsOf } from "../jvm-options.ts";
import type { JvmProcess, MavenJars, PythonEnvironment, PythonProcess, ServiceDefinition } from "../service.ts";
import { classPath, type EngineContext, resolveEngines } from "./engines.ts";
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
      return await javaCommand(definition.env, program, program, context);
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
export async function prepareCommand({ process: program, env }: ServiceDefinition, context: LaunchContext): Promise<Command | undefined> {
  if (program.kind === "jvm" && program.prepare) return await javaCommand(env, program, program.prepare, context);
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
  env: ServiceDefinition["env"],
  program: JvmProcess,
  { mainClass, args }: Pick<JvmProcess, "mainClass" | "args">,
  context: LaunchContext,
): Promise<Command> {
  const { jars } = program;
  const path = jars.kind === "folder" ? jarFolderClassPath(await readJarFolder(jars, program.mainClass)) : classPath(context, jars);
  // With this property the JVM resolves host names by this file only.
  const hosts = context.hosts ? [`-Djdk.net.hosts.file=${join(context.folder.confDir, "hosts")}`] : [];
  const allArgs = ["-cp", path, `-D${context.mark}`, ...jvmOptionsOf(program), ...hosts, mainClass, ...args];
  return commandOf({ program: (await findJava()) ?? "java", args: allArgs }, env, context);
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
