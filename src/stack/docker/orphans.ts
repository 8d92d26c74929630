/**
 * Programs of the container engine that a killed command left running. They could create or start a container after the next command has
 * observed the stack.
 */

import { endProcess, hasEnded } from "../../core/end-process.ts";
import type { Log } from "../../core/log.ts";
import { type ListedProcess, processesOfUser } from "../../core/process-list.ts";
import type { ComposeProject } from "./compose-project.ts";

/** Time for such a program to exit by itself, in milliseconds. */
const ownEndMs = 15_000;

/** Time between SIGTERM and SIGKILL, in milliseconds. */
const endTimeoutMs = 5000;

/** Waits for programs that still change a project, and ends those that take too long. Ends builds immediately, because they are repeated. */
export async function endOrphans(project: ComposeProject, containerIds: readonly string[], log: Log): Promise<void> {
  const found = await processesOfUser((args) => isCreating(args, project) || isChanging(args, containerIds));
  await Promise.all(
    found.map(async ({ identity, args }: ListedProcess) => {
      const what = `process ${identity.pid} (${args.includes("build") ? "build" : "container engine"})`;
      log.info(`Waiting for ${what}, left running by a killed streamctl`);
      if (!args.includes("build") && (await hasEnded(identity, ownEndMs, what))) return;
      await endProcess(identity, { timeoutMs: endTimeoutMs, what });
    }),
  );
}

/**
 * Whether a command line is a compose command that creates a project's containers or builds its images, as streamctl runs it, or the build
 * that docker-compose passes on to the engine's program.
 */
function isCreating(args: readonly string[], { name, folder }: ComposeProject): boolean {
  if (args[1] === "build" && args.at(-1) === folder) return true;
  return args[args.indexOf("-p") + 1] === name && (args.includes("--no-start") || args.includes("build"));
}

/** Whether a command line starts, stops or removes one of the containers. */
function isChanging([, verb = "", ...rest]: readonly string[], containerIds: readonly string[]): boolean {
  return ["start", "stop", "rm"].includes(verb) && rest.some((word) => containerIds.includes(word));
}
