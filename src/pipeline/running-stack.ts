/** The stack that a command works on: found by its state folder, never by guess. */

import { StreamctlError } from "../core/errors.ts";
import type { RunState, StackChoices, StateFolder } from "../stack/run-state.ts";
import { requireRunState } from "../stack/stack.ts";
import { endpointsOf, type Endpoints } from "./endpoints.ts";

export interface RunningStack {
  readonly choices: StackChoices;
  readonly endpoints: Endpoints;
}

/**
 * @param typedOffset `--port-offset` where it was typed; it need not be, and must not contradict the stack
 * @throws StreamctlError `not-running` where nothing was started from this folder, `usage` for another offset
 */
export async function runningStack(folder: StateFolder, typedOffset: number | undefined): Promise<RunningStack> {
  const state = await requireRunState(folder);
  requireSameOffset(folder, state, typedOffset);
  return { choices: state.choices, endpoints: endpointsOf(state.choices) };
}

/** @throws StreamctlError `usage` where the typed offset contradicts a stack that is up */
export function requireSameOffset(folder: StateFolder, state: RunState, typedOffset: number | undefined): void {
  const { choices, services } = state;
  if (typedOffset !== undefined && services.length > 0 && typedOffset !== choices.portOffset) {
    throw new StreamctlError(
      "usage",
      `Cannot use --port-offset ${typedOffset}: the stack of "${folder.root}" is up with ${choices.portOffset}`,
      {
        hint: "Leave the flag out, or name the other stack's folder: --state-dir DIR",
      },
    );
  }
}
