/**
 * The rounds of `chaos`: send, break, bring back, verify. Everything that touches the stack is passed in. Stops at the first round that is not
 * exact: the windows of all later rounds would include its difference.
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { throwIfInterrupted } from "../../core/wait.ts";
import type { BackgroundData } from "../background-data.ts";
import type { Exactness } from "../exactness.ts";
import type { ServiceControl } from "../service-control.ts";
import type { Fault } from "./fault-plan.ts";
import { injectFaults } from "./inject-faults.ts";

/** One round in the JSON document. */
export interface Round {
  /** From 1. */
  readonly round: number;
  readonly faults: readonly Fault[];
  /** Records that were delivered in this round. */
  readonly sent: number;
  /** From the first fault until `up` had finished and every window was exact, in milliseconds; null if that was not reached. */
  readonly recoverMs: number | null;
  readonly exact: boolean;
  /** Why the round is not exact; null if it is. */
  readonly reason: string | null;
}

export type RoundStep = "sending" | "starting" | "verifying";

export interface RoundActions {
  /** Begins to send the records of a round. */
  readonly send: (round: number) => Pick<BackgroundData, "started" | "stop">;
  readonly control: ServiceControl;
  readonly up: () => Promise<void>;
  /** Waits until every window is exact, or until waiting is pointless. */
  readonly verify: () => Promise<Exactness>;
}

export interface RoundListener {
  readonly onStep?: ((round: number, step: RoundStep) => void) | undefined;
  readonly onFault?: ((round: number, fault: Fault, phase: "begins" | "ends") => void) | undefined;
  readonly onRound?: ((round: Round) => void) | undefined;
}

/**
 * Runs one round per plan until one is not exact. A failure of the stack, of `up` or of `verify` makes its round not exact.
 *
 * @param plans the faults of each round
 * @throws StreamctlError `interrupted` when the signal fires, after sending has stopped and no service is frozen
 */
export async function runRounds(
  plans: readonly (readonly Fault[])[],
  actions: RoundActions,
  { signal, ...listener }: RoundListener & { readonly signal: AbortSignal },
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (const [index, faults] of plans.entries()) {
    const round = await runRound({ round: index + 1, faults }, actions, listener, signal);
    rounds.push(round);
    listener.onRound?.(round);
    if (!round.exact) break;
  }
  return rounds;
}

async function runRound(
  plan: Pick<Round, "round" | "faults">,
  actions: RoundActions,
  { onStep, onFault }: RoundListener,
  signal: AbortSignal,
): Promise<Round> {
  const { round, faults } = plan;
  throwIfInterrupted(signal);
  onStep?.(round, "sending");
  const data = actions.send(round);
  let broken: StepOutcome<number>;
  let stopped: StepOutcome<number>;
  try {
    broken = await outcomeOf(async () => {
      await data.started();
      const injection = { control: actions.control, signal, onFault: onFault?.bind(undefined, round) };
      const firstFaultMs = await injectFaults(faults, injection);
      onStep?.(round, "starting");
      await actions.up();
      return firstFaultMs;
    });
  } finally {
    stopped = await outcomeOf(async () => (await data.stop()).delivered);
  }
  const sent = stopped.value ?? 0;
  // Only now, so that an interrupted run of data is in the ledger.
  throwIfInterrupted(signal);
  const failure = broken.failure ?? stopped.failure;
  if (failure !== undefined) return { ...plan, sent, recoverMs: null, exact: false, reason: failure.message };
  onStep?.(round, "verifying");
  const verified = await outcomeOf(actions.verify);
  throwIfInterrupted(signal);
  if (verified.failure !== undefined) return { ...plan, sent, recoverMs: null, exact: false, reason: verified.failure.message };
  const { exact = false, reason = null } = verified.value ?? {};
  const recoverMs = exact && broken.value !== undefined ? Math.round(performance.now() - broken.value) : null;
  return { ...plan, sent, recoverMs, exact, reason };
}

interface StepOutcome<T> {
  readonly value?: T;
  /** What the stack did wrong; a defect of this program is thrown instead. */
  readonly failure?: StreamctlError;
}

async function outcomeOf<T>(work: () => Promise<T>): Promise<StepOutcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof StreamctlError) || hasCode(error, "internal") || hasCode(error, "native")) throw error;
    return { failure: error };
  }
}
