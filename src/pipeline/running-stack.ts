/** Finds the running stack of a state folder, for commands that use its services. */

import { StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { everyService } from "./catalog.ts";
import { type Endpoints, endpointsOf } from "./endpoints.ts";
import { readStack } from "./killed-start.ts";
import { wantsExternal } from "./stack-processor.ts";
import { openRuntime } from "./open-runtime.ts";
import { requireParts } from "./stack-parts.ts";
import type { Runtime } from "../stack/runtime.ts";
import { hintFor, knownCause } from "../stack/service-end.ts";
import { observeProcesses, requireStarted } from "../stack/stack.ts";
import type { StackChoices } from "../state/choices.ts";
import { hasMoved, type RunState, type ServiceRecord } from "../state/run-state.ts";
import type { ServiceName } from "../state/service-identity.ts";
import type { StateFolder } from "../state/state-folder.ts";

export interface RunningStack {
  readonly stackId: string;
  readonly choices: StackChoices;
  readonly endpoints: Endpoints;
  readonly runtime: Runtime;
}

export interface StackRequest {
  readonly folder: StateFolder;
  readonly log: Log;
  /** Value of `--port-offset`, if given; it must not contradict the stack. */
  readonly portOffset: number | undefined;
  /** Services that the command uses, possibly depending on the stack's choices. Each must belong to this stack. */
  readonly services: readonly ServiceName[] | ((choices: StackChoices) => readonly ServiceName[]);
  /** The action for error messages, such as `verify`. */
  readonly action: string;
}

/**
 * Returns the stack of a state folder after checking that the processes on its ports belong to it. Otherwise records could be sent to the
 * service of another stack.
 *
 * @throws StreamctlError `not-running` or `no-space` if nothing was started from this folder, or a service is missing or has ended; `usage` for
 *   another offset; `port-taken` if another process listens on the port of a service; `state` if the folder was moved while the stack is up
 */
export async function runningStack({ folder, log, portOffset, services: wanted, action }: StackRequest): Promise<RunningStack> {
  const state = requireStarted(await readStack({ folder, log }), folder);
  requireSameOffset(folder, state, portOffset);
  const { choices } = state;
  const services = typeof wanted === "function" ? wanted(choices) : wanted;
  requireParts(choices, services, action);
  const runtime = await openRuntime(choices, { folder, stackId: state.stack.id, log });
  const definitions = everyService(choices);
  for (const service of services.filter((name) => name !== choices.processor || !wantsExternal(choices))) {
    const record = state.services.find(({ name }) => name === service);
    if (!record) throw new StreamctlError("not-running", `${service} of this stack is not running`, { hint: "Run: streamctl up" });
    const definition = definitions.find(({ name }) => name === service);
    // Check the ports first: another process on the port is the more specific error.
    if (definition) await runtime.requireOwnPorts(definition, record.identity);
    if (!(await runtime.isRunning(record.identity))) throw await endedError(record, runtime);
    await requireUnmoved(state, folder);
  }
  return { stackId: state.stack.id, choices, endpoints: endpointsOf(choices), runtime };
}

async function endedError({ name, identity }: ServiceRecord, runtime: Runtime): Promise<StreamctlError> {
  const cause = await knownCause(name, runtime);
  const why = cause === undefined ? "" : `; ${cause.text}`;
  return new StreamctlError(
    cause?.kind === "disk" ? "no-space" : "not-running",
    `${name} of this stack is not running: process ${identity.pid} has ended${why}`,
    { hint: hintFor(name, cause?.kind) },
  );
}

/** Whether any service in the state is running. */
export async function anyRuns(state: RunState, { folder, log }: { readonly folder: StateFolder; readonly log: Log }): Promise<boolean> {
  if (state.services.length === 0) return false;
  const runtime = await openRuntime(state.choices, { folder, stackId: state.stack.id, log });
  return (await observeProcesses(state, runtime)).some((observed) => observed.state === "running");
}

/**
 * Checks that the folder is where the stack was started: processes keep writing to absolute paths. Containers have their data in volumes.
 *
 * @throws StreamctlError `state` if the folder was renamed or moved while the stack is up
 */
export async function requireUnmoved(state: RunState, folder: StateFolder): Promise<void> {
  const { stack, choices } = state;
  if (choices.runtime !== "local" || !(await hasMoved(folder, state))) return;
  throw new StreamctlError(
    "state",
    `The state folder was moved from "${stack.place.path}" to "${folder.root}" while the stack is up: its services still write to the old path`,
    { hint: "Restart them in the new folder. Run: streamctl down, then: streamctl up" },
  );
}

/** @throws StreamctlError `usage` if the given offset contradicts the stack */
export function requireSameOffset(folder: StateFolder, state: RunState, givenOffset: number | undefined): void {
  const { choices, services } = state;
  if (givenOffset !== undefined && services.length > 0 && givenOffset !== choices.portOffset) {
    throw new StreamctlError(
      "usage",
      `Cannot use --port-offset ${givenOffset}: the stack of "${folder.root}" was started with ${choices.portOffset}`,
      {
        hint: "Omit the option, or use the folder of the other stack: --state-dir DIR",
      },
    );
  }
}
