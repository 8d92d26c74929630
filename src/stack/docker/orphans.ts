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

/** Waits for programs that still change a project, and ends those that take too long. Builds are ended at once, because they start over. */
export async function endOrphans(project: ComposeProject, containerIds: readonly string[], log: Log): Promise<void> {
  const found = await processesOfUser((words) => isMaking(words, project) || isChanging(words, containerIds));
  await Promise.all(
    found.map(async ({ identity, words }: ListedProcess) => {
      const what = `process ${identity.pid} (${words.includes("build") ? "build" : "container engine"})`;
      log.info(`Waiting for ${what}, left running by a killed streamctl`);
      if (!words.includes("build") && (await hasEnded(identity, ownEndMs, what))) return;
      await endProcess(identity, { timeoutMs: endTimeoutMs, what });
    }),
  );
}

/**
 * Whether a command line is a compose command that creates a project's containers or builds its images, as streamctl runs it, or the build
 * that docker-compose passes on to the engine's program.
 */
function isMaking(words: readonly string[], { name, folder }: ComposeProject): boolean {
  if (words[1] === "build" && words.at(-1) === folder) return true;
  return words[words.indexOf("-p") + 1] === name && (words.includes("--no-start") || words.includes("build"));
}

/** Whether a command line starts, stops or removes one of the containers. */
function isChanging([, verb = "", ...rest]: readonly string[], containerIds: readonly string[]): boolean {
  return ["start", "stop", "rm"].includes(verb) && rest.some((word) => containerIds.includes(word));
}
