/** Finds the remains of a stack whose state was deleted, by the marks of its processes and the labels of its containers. */

import { hasCode, StreamctlError } from "../core/errors.ts";
import { findProgram } from "../core/process.ts";
import { formatCount } from "../core/units.ts";
import type { Runtime } from "../stack/runtime.ts";
import { listServices, unrecordedServices } from "../stack/unrecorded.ts";
import type { PipelineContext } from "./context.ts";
import { isEngineUnavailable, openRuntime } from "./open-runtime.ts";
import type { RunningService } from "../state/service-identity.ts";

export interface LeftBehind {
  /** Running processes that were started from the folder. */
  readonly services: readonly RunningService[];
  /** The runtime that can stop them. */
  readonly runtime: Runtime;
  /** Containers and volumes, one sentence per stack. */
  readonly left: readonly string[];
}

interface LeftStack {
  readonly description: string;
  /** Commands for the user to remove it. */
  readonly removal: string;
}

/** Finds processes and containers of a folder without run.json, and warns about containers. */
export async function findLeftBehind(context: PipelineContext): Promise<LeftBehind> {
  const { folder, log } = context;
  const runtime = await openRuntime({ runtime: "local", portOffset: 0 }, { folder, stackId: undefined, log });
  const [services, left] = await Promise.all([unrecordedServices(undefined, runtime), findLeftContainers(context)]);
  return { services, runtime, left };
}

/**
 * Finds containers and volumes of stacks that were started from the folder but are not in its state, and warns about them. Returns one
 * sentence per stack.
 */
export async function findLeftContainers({ folder, log, signal }: PipelineContext): Promise<readonly string[]> {
  const stacks = await leftStacks(folder.root, signal);
  for (const { description, removal } of stacks) log.warn(`${description}. Unless you moved that folder, remove them: ${removal}`);
  return stacks.map(({ description }) => description);
}

async function leftStacks(root: string, signal: AbortSignal): Promise<readonly LeftStack[]> {
  if (!(await findProgram("docker")) && !(await findProgram("podman"))) return [];
  const [{ findEngine }, { listEngineObjects }] = await Promise.all([
    import("../stack/docker/engine.ts"),
    import("../stack/docker/engine-objects.ts"),
  ]);
  try {
    const engine = await findEngine(signal);
    const all = await listEngineObjects(engine);
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
      return { description: `Left over: ${what}, which was started from "${root}" and whose state no longer exists there`, removal };
    });
  } catch (error) {
    if (isEngineUnavailable(error) || hasCode(error, "service-failed")) return [];
    throw error;
  }
}

/** @throws StreamctlError `state` if processes of the folder are running without their state */
export function requireNothingRunning({ services }: LeftBehind, root: string): void {
  if (services.length === 0) return;
  throw new StreamctlError(
    "state",
    `The state of "${root}" does not exist, but services that were started from it are still running: ${listServices(services)}`,
    { hint: "Run: streamctl down" },
  );
}
