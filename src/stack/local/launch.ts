/** How each kind of process is started on this machine: what it needs beforehand, and the command. */

import { join } from "node:path";
import type { Command } from "../../core/process.ts";
import { jarFolderClassPath, readJarFolder } from "../jar-folder.ts";
import { jvmOptionsOf } from "../jvm-options.ts";
import type { JvmProcess, MavenJars, PythonEnvironment, ServiceDefinition } from "../service.ts";
import { classPath, type EngineContext, resolveEngines } from "./engines.ts";
import { findJava } from "./java.ts";
import type { OwnProgram } from "./own-program.ts";
import { pythonOf, resolveEnvironments } from "./python.ts";

/** Fetches what the services run on, and checks what the user has installed. @throws StreamctlError as `resolveEngines`, `resolveEnvironments`, `readJarFolder` */
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

/** What a command is made of beside the definition. */
export interface LaunchContext extends Pick<EngineContext, "cacheDir" | "declarations"> {
  /** Renders a text of the definition. */
  readonly render: (text: string) => string;
  readonly folder: { readonly confDir: string; readonly dataDir: string };
  /** `streamctl.service=<stack id>/<name>`. */
  readonly mark: string;
  /** Whether the configuration folder has a table of host names. */
  readonly hosts: boolean;
  readonly ownProgram: () => OwnProgram;
}

/** The command of a service: each kind has a place for the mark by which its process is found. */
export async function launchCommand(definition: ServiceDefinition, context: LaunchContext): Promise<Command> {
  const { process: program } = definition;
  const { mark } = context;
  switch (program.kind) {
    case "jvm":
      return await javaCommand(definition.env, program, program, context);
    case "python": {
      // Python takes any -X option, and ignores those that it does not know. https://docs.python.org/3/using/cmdline.html#cmdoption-X
      const words = ["-X", mark, "-m", program.module, ...program.args];
      return commandOf({ program: await pythonOf(program.environment, context), args: words }, definition.env, context);
    }
    case "streamctl": {
      const { program: executable, args } = context.ownProgram();
      return commandOf(
        { program: executable, args: [...args, ...program.args, "--mark", mark] },
        { ...ownSettings(), ...definition.env },
        context,
      );
    }
  }
}

/** The command of a JVM's first-time step; undefined where it has none. */
export async function prepareCommand({ process: program, env }: ServiceDefinition, context: LaunchContext): Promise<Command | undefined> {
  if (program.kind !== "jvm" || !program.prepare) return undefined;
  return await javaCommand(env, program, program.prepare, context);
}

async function javaCommand(
  env: ServiceDefinition["env"],
  program: JvmProcess,
  { mainClass, args }: Pick<JvmProcess, "mainClass" | "args">,
  context: LaunchContext,
): Promise<Command> {
  const { jars } = program;
  const path = jars.kind === "folder" ? jarFolderClassPath(await readJarFolder(jars, program.mainClass)) : classPath(context, jars);
  // Names are looked up in this file, and nowhere else.
  const hosts = context.hosts ? [`-Djdk.net.hosts.file=${join(context.folder.confDir, "hosts")}`] : [];
  const words = ["-cp", path, `-D${context.mark}`, ...jvmOptionsOf(program), ...hosts, mainClass, ...args];
  return commandOf({ program: (await findJava()) ?? "java", args: words }, env, context);
}

function commandOf({ program, args }: OwnProgram, env: ServiceDefinition["env"], { render, folder }: LaunchContext): Command {
  return {
    program,
    args: args.map(render),
    cwd: folder.dataDir,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, render(value)])),
  };
}

/** streamctl's own variables count for a service that it runs itself. */
function ownSettings(): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[0].startsWith("STREAMCTL_") && entry[1] !== undefined,
  );
  return Object.fromEntries(own);
}
