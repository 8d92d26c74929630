/**
 * `chaos`: sends records, breaks services of this stack at random instants, brings them back with `up`, and verifies, round after round. It
 * changes nothing that `up` would not repair, and breaks only what streamctl started.
 */

import { availableParallelism } from "node:os";
import { hasCode, StreamctlError } from "../../core/errors.ts";
import { joinNames } from "../../core/list.ts";
import { debugOnly } from "../../core/log.ts";
import { formatCount } from "../../core/units.ts";
import { resolveDataRequest } from "../../data/request.ts";
import type { PipelineContext } from "../../pipeline/context.ts";
import { readStack } from "../../pipeline/killed-start.ts";
import { openRuntime } from "../../pipeline/open-runtime.ts";
import { requireSameOffset, runningStack } from "../../pipeline/running-stack.ts";
import { planUp, up } from "../../pipeline/up.ts";
import type { VerifyReport } from "../../pipeline/verdict.ts";
import { observeProcesses, requireStarted } from "../../stack/stack.ts";
import { sendInBackground } from "../background-data.ts";
import { awaitExactWindows } from "../exactness.ts";
import { serviceControl } from "../service-control.ts";
import { type Fault, planFaults } from "./fault-plan.ts";
import { type ChaosRequest, faultTargets } from "./request.ts";
import { type Round, type RoundListener, runRounds } from "./rounds.ts";

export interface ChaosContext extends PipelineContext, RoundListener {
  readonly portOffset: number | undefined;
  /** The module that a worker thread of `data` runs. */
  readonly workerEntry: URL;
  /** Called once, when the stack was found to be exact: the services that may be broken. */
  readonly onStart?: ((services: readonly string[]) => void) | undefined;
  /** Called several times per second while records are sent. */
  readonly onSent?: ((delivered: number) => void) | undefined;
  /** Called after each check of the windows except the last one. */
  readonly onCheck?: ((report: VerifyReport) => void) | undefined;
}

/** The JSON document of `chaos`. */
export interface ChaosReport {
  readonly rounds: readonly Round[];
  /** Number of exact rounds. */
  readonly exact: number;
  /** Number of requested rounds. */
  readonly of: number;
  /** Whether all of them are exact. */
  readonly ok: boolean;
  readonly seed: number;
}

/** Maximum wait for exact windows before the first round, and after each, in milliseconds. */
const firstWaitMs = 30_000;
const recoveryWaitMs = 120_000;

/** Timeout of `up` for each service and step, in milliseconds. */
const upTimeoutMs = 180_000;

/**
 * Runs the rounds until one is not exact.
 *
 * @throws StreamctlError before the first fault: `not-running` if a service of the stack is not running, `usage` for a service that may not be
 *   broken, `state` if the stack is not as the last `up` left it or its windows are not exact; later `interrupted`, when nothing is frozen
 *   any more
 */
export async function chaos(request: ChaosRequest, context: ChaosContext): Promise<ChaosReport> {
  const { services, brokers } = await requireExactStack(request, context);
  context.onStart?.(services);
  const { signal, onCheck } = context;
  const quiet: PipelineContext = { ...context, log: debugOnly(context.log) };
  const actions = {
    send: (round: number) => sendInBackground(dataRequest(request, round, brokers), dataContext(context)),
    control: serviceControl(quiet),
    up: async () => void (await up({ ...keptChoices, timeoutMs: upTimeoutMs }, quiet)),
    verify: async () => await awaitExactWindows({ waitMs: recoveryWaitMs, onCheck }, quiet),
  };
  const plans = Array.from({ length: request.rounds }, (_, index) => planFaults(request.seed, index + 1, { ...request, services }));
  const done: Round[] = [];
  const onRound = (round: Round): void => {
    done.push(round);
    context.onRound?.(round);
  };
  try {
    await runRounds(plans, actions, { signal, onStep: context.onStep, onFault: context.onFault, onRound });
  } catch (error) {
    throw hasCode(error, "interrupted") ? await interruption(error, done, plans, context) : error;
  }
  const exact = done.filter((round) => round.exact).length;
  return { rounds: done, exact, of: request.rounds, ok: exact === request.rounds, seed: request.seed };
}

/** The choices of the last `up`. */
const keptChoices = { runtime: undefined, processor: undefined, portOffset: undefined, only: undefined } as const;

/** Checks that the stack is complete, unchanged and exact. @returns the services to break, and the address of Kafka */
async function requireExactStack(
  request: ChaosRequest,
  context: ChaosContext,
): Promise<{ readonly services: readonly string[]; readonly brokers: string }> {
  const { folder, log, portOffset, onCheck } = context;
  const { choices, ...state } = requireStarted(await readStack(context), folder);
  requireSameOffset(folder, { choices, ...state }, portOffset);
  const services = faultTargets(request.services, choices);
  const needed = [...new Set(["kafka", "pinot", choices.processor, ...services])];
  const { endpoints } = await runningStack({ folder, log, portOffset, services: needed, action: "break services" });
  await requireNothingToDo(context);
  const found = await awaitExactWindows({ waitMs: 0, onCheck }, context);
  const { exact, empty, reason } = found.mayChange ? await awaitExactWindows({ waitMs: firstWaitMs, onCheck }, context) : found;
  if (exact || empty) return { services, brokers: endpoints.kafka };
  throw new StreamctlError("state", `Cannot break services: the windows are not exact before the first fault: ${reason}`, {
    hint: "Run: streamctl verify --strict --wait 60s. To start with an empty topic: streamctl down --volumes, then: streamctl up",
  });
}

/** After a fault `up` must only repair it. With another configuration it would also replace what the faults are to be tested on. */
async function requireNothingToDo(context: PipelineContext): Promise<void> {
  const steps = await planUp(keptChoices, { ...context, log: debugOnly(context.log) });
  const first = steps.find(({ operation }) => operation !== "keep");
  if (first === undefined) return;
  throw new StreamctlError(
    "state",
    `Cannot break services: the stack is not as up would leave it: ${first.operation} ${first.target} (${first.cause})`,
    {
      hint: "Run: streamctl up. If it was started with --dir DIR, add the same option",
    },
  );
}

function dataRequest({ seed, messagesPerSecond }: ChaosRequest, round: number, brokers: string) {
  const rate = String(messagesPerSecond);
  const environment = {
    cores: availableParallelism(),
    nowMs: Date.now(),
    randomSeed: (seed + round) % Number.MAX_SAFE_INTEGER,
    defaultBrokers: brokers,
  };
  return resolveDataRequest({ rate }, environment);
}

function dataContext({ folder, log, signal, workerEntry, onSent }: ChaosContext) {
  // Warnings about lost connections are expected; records that were not delivered are counted.
  const quiet = debugOnly(log);
  return {
    log: quiet,
    signal,
    workerEntry,
    ledgerFile: folder.ledgerFile,
    onProgress: ({ delivered }: { readonly delivered: number }) => onSent?.(delivered),
  };
}

/** The error for an interruption, with the state in which it leaves the stack. */
async function interruption(
  cause: StreamctlError,
  done: readonly Round[],
  plans: readonly (readonly Fault[])[],
  context: PipelineContext,
): Promise<StreamctlError> {
  const { folder, log } = context;
  // Without the signal, which has fired.
  const state = await readStack({ folder, log });
  const runtime = state && (await openRuntime(state.choices, { folder, stackId: state.stack.id, log }));
  const observed = state && runtime ? await observeProcesses(state, runtime) : [];
  const running = new Set(observed.filter((one) => one.state === "running").map(({ name }) => name));
  const stopped = [...new Set((plans[done.length] ?? []).map(({ service }) => service))].filter((name) => !running.has(name));
  const left = stopped.length === 0 ? "no service was left stopped or frozen" : `not running: ${joinNames(stopped, "and")}`;
  return new StreamctlError(
    "interrupted",
    `Interrupted in round ${done.length + 1} of ${plans.length}, after ${formatCount(done.length, "exact round")}; ${left}`,
    { cause, hint: "Run: streamctl up, then: streamctl verify --wait 60s" },
  );
}
