/** The stack that a command works on: found by its state folder, never by guess. */

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
  /** `--port-offset` where it was typed; it need not be, and must not contradict the stack. */
  readonly portOffset: number | undefined;
  /** Services that the command talks to, as far as the stack's choices decide it: each must be the stack's own run of it. */
  readonly services: readonly ServiceName[] | ((choices: StackChoices) => readonly ServiceName[]);
  /** What it is about to do with them, as in `verify`. */
  readonly action: string;
}

/**
 * The stack of a state folder, once it is sure that what answers on its ports belongs to it: a service of another stack would take
 * records that are gone with it.
 *
 * @throws StreamctlError `not-running` or `no-space` where nothing was started from this folder, the stack lacks a service, or one ended; `usage` for another offset;
 *   `port-taken` where another process listens in a service's place; `state` where the folder was moved while the stack is up
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
    if (!record) throw new StreamctlError("not-running", `${service} of this stack does not run`, { hint: "Start it: streamctl up" });
    const definition = definitions.find(({ name }) => name === service);
    // Who answers in its place matters more than that it ended.
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
    `${name} of this stack does not run: process ${identity.pid} has ended${why}`,
    { hint: hintFor(name, cause?.kind) },
  );
}

/** Whether any service that the state names runs. */
export async function anyRuns(state: RunState, { folder, log }: { readonly folder: StateFolder; readonly log: Log }): Promise<boolean> {
  if (state.services.length === 0) return false;
  const runtime = await openRuntime(state.choices, { folder, stackId: state.stack.id, log });
  return (await observeProcesses(state, runtime)).some((observed) => observed.state === "running");
}

/**
 * Processes keep writing to the absolute paths that they were started with; containers have their data in volumes.
 *
 * @throws StreamctlError `state` where the folder was renamed or moved while the stack is up
 */
export async function requireUnmoved(state: RunState, folder: StateFolder): Promise<void> {
  const { stack, choices } = state;
  if (choices.runtime !== "local" || !(await hasMoved(folder, state))) return;
  throw new StreamctlError(
    "state",
    `The state folder was moved from "${stack.place.path}" to "${folder.root}" while the stack is up: its services still write to the old path`,
    { hint: "Restart them in the new place: streamctl down, then streamctl up" },
  );
}

/** @throws StreamctlError `usage` where the typed offset contradicts the stack */
export function requireSameOffset(folder: StateFolder, state: RunState, typedOffset: number | undefined): void {
  const { choices, services } = state;
  if (typedOffset !== undefined && services.length > 0 && typedOffset !== choices.portOffset) {
    throw new StreamctlError(
      "usage",
      `Cannot use --port-offset ${typedOffset}: the stack of "${folder.root}" was started with ${choices.portOffset}`,
      {
        hint: "Leave the flag out, or name the other stack's folder: --state-dir DIR",
      },
    );
  }
}
