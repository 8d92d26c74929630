/**
 * Each engine carries the id of its stack and its service's name on its command line, so that it is found where run.json does not
 * name it: the state folder was deleted while the stack was up, or the `up` that started it was killed.
 */

import { type ListedProcess, processesOfUser } from "../../core/process-list.ts";
import type { ProcessIdentity } from "../../core/process.ts";
import type { ServiceName } from "../../state/service-identity.ts";
import type { StateFolder } from "../../state/state-folder.ts";

/** The word that marks the process of a service; of a JVM it is a system property. */
const markWord = /^(?:-D)?streamctl\.service=(?<stackId>[^/]*)\/(?<name>[^/]+)(?:\/(?<step>.+))?$/u;

/** What marks a service's process on its command line; with a step, one that prepares the service and ends by itself. */
export function markOf(stackId: string, name: ServiceName, step?: "prepare"): string {
  return [`streamctl.service=${stackId}`, name, ...(step ? [step] : [])].join("/");
}

export interface MarkedProcess {
  readonly name: ServiceName;
  readonly identity: ProcessIdentity;
  readonly step?: string;
}

/**
 * Engines of a stack that run: those that carry its id, and those that work in its folder, which had another id if the folder was
 * deleted. A process whose folder was renamed works in the folder of the new name.
 */
export async function markedProcesses(stackId: string | undefined, folder: StateFolder): Promise<readonly MarkedProcess[]> {
  const marked = await processesOfUser((words) => words.some((word) => markWord.test(word)));
  return marked.flatMap((listed) => {
    const found = readMark(listed);
    if (!found) return [];
    const isOurs = found.stackId === stackId || listed.folder === folder.dataDir(found.name);
    const step = found.step === undefined ? {} : { step: found.step };
    return isOurs ? [{ name: found.name, identity: listed.identity, ...step }] : [];
  });
}

function readMark({
  words,
}: ListedProcess): { readonly stackId: string; readonly name: ServiceName; readonly step: string | undefined } | undefined {
  const { stackId, name, step } = words.map((word) => markWord.exec(word)?.groups).find((groups) => groups !== undefined) ?? {};
  return stackId === undefined || name === undefined ? undefined : { stackId, name, step };
}
