/**
 * Plans the computation of a stream processor, which writes windows to a topic with exactly one writer. The running computation is compared
 * with the declarations. An identical one is kept; a different one is stopped and replaced, once the engine reports that it has ended.
 * A recreated topic counts as a difference, because the computation's state comes from the old topic. If the topic of windows contains
 * rows of other statements, it is recreated, so that old and new rows are never mixed.
 */

import type { Log } from "../core/log.ts";
import type { Health, Operation } from "../core/resource.ts";
import type { StepDeadline } from "../core/step-deadline.ts";

/** Identifies a computation. Stored by the engine together with the computation. */
export interface ProcessorIdentity {
  /** Hash of the rendered statements and settings. */
  readonly statements: string;
  readonly transactionsTopicId: string;
  readonly windowsTopicId: string;
}

export interface RunningComputation {
  /** The engine's id of the job or query. */
  readonly id: string;
  /** `stopping` ends by itself; `running` includes starting and restarting. */
  readonly state: "running" | "stopping";
  /** Undefined if streamctl did not start it. */
  readonly identity?: ProcessorIdentity;
  /** Why it is incomplete, such as a part that is not running. It is then replaced, but the windows that it wrote remain valid. */
  readonly broken?: string;
  /** How its statements differ from the declared ones, if the processor can apply the difference to the running computation. */
  readonly updatable?: string;
}

export interface ProcessorObservation {
  /** All jobs or queries of this name that may write to the topic of windows. */
  readonly computations: readonly RunningComputation[];
  /** Identities of ended computations: the topic of windows may contain their output, and they may have left state to resume from. */
  readonly previous: readonly ProcessorIdentity[];
  /** Further state, private to the processor; absent if the engine was not asked. */
  readonly details?: unknown;
}

export type ProcessorPlan =
  | { readonly operation: "unchanged" | "update"; readonly id: string; readonly cause: string }
  | {
      readonly operation: "create" | "replace";
      /** Ids of the computations to stop first; none for `create`. */
      readonly stop: readonly string[];
      /** Whether to resume from the state that a computation of the same identity left, if any. Otherwise it starts from the earliest record. */
      readonly resume: boolean;
      /** The topic of windows contains rows of other statements: it must be recreated before the new computation starts. */
      readonly staleWindows: boolean;
      readonly cause: string;
    };

export interface Processor {
  /** As in the catalog. */
  readonly name: string;
  /** Name of the job or query in plans and messages. */
  readonly computation: string;
  readonly wanted: ProcessorIdentity;
  /** Read-only. @throws StreamctlError `unreachable` */
  observe(deadline: StepDeadline): Promise<ProcessorObservation>;
  /** The expected observation after its service restarts, given the identity of the last computation. */
  afterRestart(last: ProcessorIdentity | undefined): ProcessorObservation;
  /** What has to change so that the declared computation runs. Pure. */
  plan(observed: ProcessorObservation): ProcessorPlan;
  /** The operations of a plan on each named part of the computation, such as a stream or table. Pure. */
  parts(plan: ProcessorPlan, observed: ProcessorObservation): readonly Operation[];
  /** Validates the statements without running them. @throws StreamctlError `processor` for statements that the engine would reject */
  validate(deadline: StepDeadline): Promise<void>;
  /** Applies a plan; returns once the computation was started. `health` reports whether it works. @throws StreamctlError `processor`, `unreachable`, `interrupted` */
  apply(plan: ProcessorPlan, deadline: StepDeadline, log: Log): Promise<void>;
  /**
   * Stops all jobs or queries of this name that may write to the topic of windows, and waits until the engine reports that they ended.
   * Keeps their state until the next computation runs, so that an interrupted `up` can still tell which computation wrote the topic.
   * Returns the ids of the stopped computations.
   *
   * @throws StreamctlError `timeout` if one does not end before the deadline, `unreachable`, `interrupted`
   */
  stop(deadline: StepDeadline): Promise<readonly string[]>;
  /** Whether the declared computation is running. Does not throw for an unhealthy one. @throws StreamctlError `unreachable` */
  health(deadline: StepDeadline): Promise<Health>;
}

/** Compares the running computations with the declared one. Pure. */
export function planProcessor(observed: ProcessorObservation, wanted: ProcessorIdentity): ProcessorPlan {
  const { computations, previous } = observed;
  const [first] = computations;
  const running = computations.map((computation) => difference(computation.identity, wanted));
  const changed = running.find((found) => found !== undefined);
  if (first !== undefined && computations.length === 1 && first.state === "running" && first.broken === undefined) {
    if (changed === undefined) return { operation: "unchanged", id: first.id, cause: "its statements and topics are unchanged" };
    if (first.updatable !== undefined) return { operation: "update", id: first.id, cause: first.updatable };
  }
  const identities = [...computations.map((computation) => computation.identity), ...previous];
  const staleWindows = identities.some((identity) => wroteOtherWindows(identity, wanted));
  const resume = changed === undefined && !staleWindows && previous.some((identity) => difference(identity, wanted) === undefined);
  const stop = computations.map((computation) => computation.id);
  if (first === undefined) {
    const cause = staleWindows ? "the windows were computed by other statements" : resume ? "it is no longer running" : "it is not running";
    return { operation: "create", stop, resume, staleWindows, cause };
  }
  const alone = computations.length > 1 ? `${computations.length} of that name are running, but only one may write` : "it is being stopped";
  return { operation: "replace", stop, resume, staleWindows, cause: changed ?? first.broken ?? alone };
}

function difference(identity: ProcessorIdentity | undefined, wanted: ProcessorIdentity): string | undefined {
  if (identity === undefined) return "it was not started by streamctl";
  if (identity.transactionsTopicId !== wanted.transactionsTopicId) return "the topic of transactions was recreated";
  if (identity.windowsTopicId !== wanted.windowsTopicId) return "the topic of windows was recreated";
  return identity.statements === wanted.statements ? undefined : "its statements or settings changed";
}

/** Whether a computation wrote rows to the current topic of windows that the declared one would not write. */
function wroteOtherWindows(identity: ProcessorIdentity | undefined, wanted: ProcessorIdentity): boolean {
  if (identity === undefined) return true;
  if (identity.windowsTopicId !== wanted.windowsTopicId) return false;
  return identity.statements !== wanted.statements || identity.transactionsTopicId !== wanted.transactionsTopicId;
}

/** Whether a plan starts a computation. Otherwise the running one continues. */
export function startsComputation(plan: ProcessorPlan): plan is Extract<ProcessorPlan, { readonly stop: readonly string[] }> {
  return "stop" in plan;
}

/** Whether a plan stops a computation or discards windows. Validate the statements before executing such a plan. */
export function isDestructive(plan: ProcessorPlan): boolean {
  return startsComputation(plan) && (plan.stop.length > 0 || plan.staleWindows);
}
