/** What is left of a stack whose state folder was deleted: it is found by the marks of its processes and the labels of its containers. */

import { hasCode, StreamctlError } from "../core/errors.ts";
import { findProgram } from "../core/process.ts";
import { formatCount } from "../core/units.ts";
import type { Runtime } from "../stack/runtime.ts";
import { listServices, unrecordedServices } from "../stack/unrecorded.ts";
import type { PipelineContext } from "./context.ts";
import { openRuntime } from "./open-runtime.ts";
import type { RunningService } from "../state/service-identity.ts";

export interface LeftBehind {
  /** Processes that were started from the folder and still run. */
  readonly services: readonly RunningService[];
  /** Stops them. */
  readonly runtime: Runtime;
  /** What a container engine keeps, one sentence per stack. */
  readonly left: readonly string[];
}

interface LeftStack {
  readonly description: string;
  /** Commands that remove it: only the user knows whether it may go. */
  readonly removal: string;
}

/** Looks for what a folder without run.json has left on this machine, and warns of what a container engine keeps. */
export async function findLeftBehind(context: PipelineContext): Promise<LeftBehind> {
  const { folder, log } = context;
  const runtime = await openRuntime({ runtime: "local", portOffset: 0 }, { folder, stackId: undefined, log });
  const [services, left] = await Promise.all([unrecordedServices(undefined, runtime), findLeftContainers(context)]);
  return { services, runtime, left };
}

/**
 * Warns of what a container engine keeps of stacks that were started from the folder and that its state does not know. Answers what it
 * found, in one sentence per stack.
 */
export async function findLeftContainers({ folder, log, signal }: PipelineContext): Promise<readonly string[]> {
  const stacks = await leftStacks(folder.root, signal);
  for (const { description, removal } of stacks) log.warn(`${description}. Unless you moved that folder, remove them: ${removal}`);
  return stacks.map(({ description }) => description);
}

async function leftStacks(root: string, signal: AbortSignal): Promise<readonly LeftStack[]> {
  if (!(await findProgram("docker")) && !(await findProgram("podman"))) return [];
  const [{ findEngine }, { listBelongings }] = await Promise.all([
    import("../stack/docker/engine.ts"),
    import("../stack/docker/belongings.ts"),
  ]);
  try {
    const engine = await findEngine(signal);
    const all = await listBelongings(engine);
    const stacks = new Set(all.filter(({ stateDir }) => stateDir === root).map(({ stack }) => stack));
    const program = engine.name.split(" ")[0] ?? "docker";
    return [...stacks].map((stack) => {
      const count = (kind: string): string => {
        const found = all.filter((one) => one.stack === stack && one.kind === kind).length;
        return formatCount(found, kind);
      };
      const filter = `--filter label=streamctl.stack=${stack}`;
      const removal =
        `${program} rm -f $(${program} ps -aq ${filter}); ${program} volume rm $(${program} volume ls -q ${filter}); ` +
        `${program} network rm $(${program} network ls -q ${filter})`;
      const what = `${count("container")} and ${count("volume")} of stack ${stack}`;
      return { description: `Left over: ${what}, which was started from "${root}", where its state is not any more`, removal };
    });
  } catch (error) {
    // An engine that does not answer now cannot be asked.
    if (hasCode(error, "prerequisite") || hasCode(error, "timeout") || hasCode(error, "service-failed")) return [];
    throw error;
  }
}

/** @throws StreamctlError `state` where processes of the folder run without their state */
export function requireNothingRunning({ services }: LeftBehind, root: string): void {
  if (services.length === 0) return;
  throw new StreamctlError(
    "state",
    `The state of "${root}" is gone, but services that were started from it still run: ${listServices(services)}`,
    { hint: "Stop them: streamctl down" },
  );
}
