/**
 * Programs of a container engine that a killed command left: they go on by themselves, and would make or start a container after a look at
 * what there is.
 */

import { endProcess, hasEnded } from "../../core/end-process.ts";
import type { Log } from "../../core/log.ts";
import { type ListedProcess, processesOfUser } from "../../core/process-list.ts";
import type { ComposeProject } from "./compose-project.ts";

/** Time for such a program to come to its own end, in milliseconds. */
const ownEndMs = 15_000;

/** Time for it to end when asked to, in milliseconds. */
const endTimeoutMs = 5000;

/** Waits for the programs that still change a project, and ends those that take too long: a build at once, which is begun again. */
export async function endOrphans(project: ComposeProject, containerIds: readonly string[], log: Log): Promise<void> {
  const found = await processesOfUser((words) => isMaking(words, project) || isChanging(words, containerIds));
  await Promise.all(
    found.map(async ({ identity, words }: ListedProcess) => {
      const what = `process ${identity.pid} (${words.includes("build") ? "build" : "container engine"})`;
      log.info(`Waiting for ${what}, which a killed streamctl left`);
      if (!words.includes("build") && (await hasEnded(identity, ownEndMs, what))) return;
      await endProcess(identity, { timeoutMs: endTimeoutMs, what });
    }),
  );
}

/**
 * Whether the words are those of a compose that makes containers of a project or builds its images, as only streamctl types them, or of the
 * build that an old compose hands on to the engine's own program.
 */
function isMaking(words: readonly string[], { name, folder }: ComposeProject): boolean {
  if (words[1] === "build" && words.at(-1) === folder) return true;
  return words[words.indexOf("-p") + 1] === name && (words.includes("--no-start") || words.includes("build"));
}

/** Whether the words are those of an engine's program that starts, stops or removes one of the containers. */
function isChanging([, verb = "", ...rest]: readonly string[], containerIds: readonly string[]): boolean {
  return ["start", "stop", "rm"].includes(verb) && rest.some((word) => containerIds.includes(word));
}
