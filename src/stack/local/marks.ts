/**
 * The mark of a service's process: the stack's id and the service's name on its command line. It finds a process that is not in
 * run.json: when the state folder was deleted while the stack was up, or the `up` that started it was killed.
 */

import { type ListedProcess, processesOfUser } from "../../core/process-list.ts";
import type { ProcessIdentity } from "../../core/process.ts";
import type { ServiceName } from "../../state/service-identity.ts";
import type { StateFolder } from "../../state/state-folder.ts";

/** The argument that marks the process of a service; for a JVM it is a system property. */
const markArgument = /^(?:-D)?streamctl\.service=(?<stackId>[^/]*)\/(?<name>[^/]+)(?:\/(?<step>.+))?$/u;

/** What a process does that is not the service itself: prepare its data, or make class-data archives with one process per archive. */
export type Step = "prepare" | "archive" | "archive/dump";

/** The mark of a service's process; with a step, of a process that works for the service and exits. */
export function markOf(stackId: string, name: ServiceName, step?: Step): string {
  return [`streamctl.service=${stackId}`, name, ...(step ? [step] : [])].join("/");
}

export interface MarkedProcess {
  readonly name: ServiceName;
  readonly identity: ProcessIdentity;
  readonly step?: string;
}

/**
 * Running engines of a stack: those with its id, and those whose working directory is in its folder, which had another id before the state
 * folder was deleted. After a rename the working directory is reported under the new name.
 */
export async function markedProcesses(stackId: string | undefined, folder: StateFolder): Promise<readonly MarkedProcess[]> {
  const listed = await processesOfUser((args) => args.some((word) => markArgument.test(word)));
  const marked = listed.flatMap((one) => {
    const found = readMark(one);
    return found ? [{ ...one, found }] : [];
  });
  return marked.flatMap(({ identity, folder: workingFolder, above, found }) => {
    // A worker that an engine forked has the engine's command line, and ends with it.
    const isWorker = marked.some((other) => above.includes(other.identity.pid) && isSameMark(other.found, found));
    if (isWorker) return [];
    const isOurs = found.stackId === stackId || workingFolder === folder.dataDir(found.name);
    const step = found.step === undefined ? {} : { step: found.step };
    return isOurs ? [{ name: found.name, identity, ...step }] : [];
  });
}

interface Mark {
  readonly stackId: string;
  readonly name: ServiceName;
  readonly step: string | undefined;
}

function isSameMark(one: Mark, other: Mark): boolean {
  return one.stackId === other.stackId && one.name === other.name && one.step === other.step;
}

function readMark({ args }: ListedProcess): Mark | undefined {
  const { stackId, name, step } = args.map((word) => markArgument.exec(word)?.groups).find((groups) => groups !== undefined) ?? {};
  return stackId === undefined || name === undefined ? undefined : { stackId, name, step };
}
