/** Which runtime and processor a stack has: resolved once, said with the reason, kept until `down`. Pure. */

import { StreamctlError } from "../core/errors.ts";
import type { RunState, StackChoices } from "../stack/run-state.ts";

/** What was typed; undefined where nothing was. */
export interface TypedChoices {
  readonly runtime: string | undefined;
  readonly processor: string | undefined;
  readonly portOffset: number | undefined;
  readonly only: readonly string[] | undefined;
}

/**
 * The choices of the stack: what was typed, or else what the state kept, or else the defaults.
 *
 * @param state of the folder; its choices bind while it has services
 * @throws StreamctlError `usage` for a flag that contradicts a stack that is up, `not-available` for what comes later
 */
export function resolveChoices(typed: TypedChoices, state: RunState | undefined): StackChoices {
  requireServed("--runtime", typed.runtime, ["auto", "local"], ["docker", "remote"]);
  requireServed("--processor", typed.processor, ["auto", "flink"], ["ksqldb"]);
  const kept = state?.choices;
  const only = typed.only ?? kept?.only;
  const wanted: StackChoices = {
    runtime: "local",
    processor: "flink",
    why: "local: this version runs the engines as processes of this machine; flink: ksqlDB comes in a later version",
    portOffset: typed.portOffset ?? kept?.portOffset ?? 0,
    ...(only ? { only: [...new Set(only)].toSorted() } : {}),
  };
  if (state && state.services.length > 0) requireAgreement(wanted, state.choices);
  return wanted;
}

function requireServed(flag: string, value: string | undefined, served: readonly string[], later: readonly string[]): void {
  if (value === undefined || served.includes(value)) return;
  const hint = `Values of this version: ${served.join(", ")}`;
  if (later.includes(value))
    throw new StreamctlError("not-available", `Cannot use ${flag} ${value}: not available in this version`, { hint });
  throw new StreamctlError("usage", `Cannot use "${value}" for ${flag}: no such value`, { hint });
}

function requireAgreement(wanted: StackChoices, kept: StackChoices): void {
  const refuse = (flag: string, has: string): StreamctlError =>
    new StreamctlError("usage", `Cannot change ${flag}: the stack is up with ${has}`, {
      hint: "Leave the flag out, or first type: streamctl down",
    });
  if (wanted.portOffset !== kept.portOffset) throw refuse("--port-offset", String(kept.portOffset));
  const shown = (only: readonly string[] | undefined): string => only?.join(",") ?? "every service";
  if (shown(wanted.only) !== shown(kept.only)) throw refuse("--only", shown(kept.only));
}
