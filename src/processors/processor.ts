/**
 * The stream processor, whichever it is, keeps windows of income in a topic that has one writer. What runs is compared with what
 * the files say: the same is left alone, another one is stopped, proven to have stopped, and replaced. Topics that were made anew
 * count as a difference, because what the processor holds was computed from the old ones; and windows that were computed otherwise
 * are not mixed with new ones: their topic is made anew.
 */

import type { Log } from "../core/log.ts";
import type { Health, Operation } from "../core/resource.ts";
import type { StepDeadline } from "../core/step-deadline.ts";

/** What makes a computation the one that is wanted. Kept with the computation itself. */
export interface ProcessorIdentity {
  /** Hash of the rendered statements and settings. */
  readonly statements: string;
  readonly transactionsTopicId: string;
  readonly windowsTopicId: string;
}

export interface RunningComputation {
  /** The processor's own id of it: a Flink job, a ksqlDB query. */
  readonly id: string;
  /** `stopping` ends by itself; `running` includes starting and restarting. */
  readonly state: "running" | "stopping";
  /** Undefined where somebody else started it. */
  readonly identity?: ProcessorIdentity;
  /** What keeps it from being whole, such as a part of it that does not run; it is made anew then, and its windows stay good. */
  readonly broken?: string;
  /** Its statements differ from the wanted ones in a way that the processor can mend while it goes on. */
  readonly mendable?: string;
}

export interface ProcessorObservation {
  /** Everything of this name that may write to the windows topic now. */
  readonly computations: readonly RunningComputation[];
  /** Identities of computations that ended: the windows topic may hold what they wrote, and they may have left a state to go on from. */
  readonly former: readonly ProcessorIdentity[];
  /** What else the processor saw, for itself alone; absent where it was not asked. */
  readonly held?: unknown;
}

export type ProcessorPlan =
  | { readonly operation: "unchanged" | "update"; readonly id: string; readonly cause: string }
  | {
      readonly operation: "create" | "replace";
      /** Ids of what is stopped first; none for `create`. */
      readonly stop: readonly string[];
      /** Goes on from the state that a computation of the same identity left, if any; otherwise starts from the earliest record. */
      readonly resume: boolean;
      /** The windows topic holds windows that were computed otherwise: it must be made anew before the new computation starts. */
      readonly staleWindows: boolean;
      readonly cause: string;
    };

export interface Processor {
  readonly name: "flink" | "ksqldb";
  /** Name of the job or query, as changes and messages call it. */
  readonly computation: string;
  readonly wanted: ProcessorIdentity;
  /** Looks and changes nothing. @throws StreamctlError `unreachable` when the processor does not answer. */
  observe(deadline: StepDeadline): Promise<ProcessorObservation>;
  /** What is to be expected of the processor once its service runs again, where a computation of this identity ran last. */
  afterRestart(last: ProcessorIdentity | undefined): ProcessorObservation;
  /** What has to happen so that the wanted computation runs. Pure. */
  plan(observed: ProcessorObservation): ProcessorPlan;
  /** What carrying out a plan does to each part of the computation that the processor's engine knows by a name of its own. Pure. */
  parts(plan: ProcessorPlan, observed: ProcessorObservation): readonly Operation[];
  /** Has the processor read the statements without running them. @throws StreamctlError `processor` when it would refuse them. */
  validate(deadline: StepDeadline): Promise<void>;
  /** Carries out a plan; returns once the computation was started. Whether it works is for `health` to say. @throws StreamctlError `processor`, `unreachable`, `interrupted` */
  apply(plan: ProcessorPlan, deadline: StepDeadline, log: Log): Promise<void>;
  /**
   * Stops whatever of this name may write to the windows topic, and returns only when the processor itself says that it ended.
   * The state that it left stays until the next computation runs: it tells whose windows the topic holds, also to a run that
   * comes after one that was interrupted here. Answers the ids of what was stopped.
   *
   * @throws StreamctlError `timeout` when it did not end in time, `unreachable`, `interrupted`
   */
  stop(deadline: StepDeadline): Promise<readonly string[]>;
  /** Whether the wanted computation runs now. An answer that is not healthy is no error. @throws StreamctlError `unreachable` */
  health(deadline: StepDeadline): Promise<Health>;
}

/** Compares what runs with what is wanted. Pure. */
export function planProcessor(observed: ProcessorObservation, wanted: ProcessorIdentity): ProcessorPlan {
  const { computations, former } = observed;
  const [first] = computations;
  const running = computations.map((computation) => difference(computation.identity, wanted));
  const changed = running.find((found) => found !== undefined);
  if (first !== undefined && computations.length === 1 && first.state === "running" && first.broken === undefined) {
    if (changed === undefined) return { operation: "unchanged", id: first.id, cause: "it runs, with the same statements and topics" };
    if (first.mendable !== undefined) return { operation: "update", id: first.id, cause: first.mendable };
  }
  const identities = [...computations.map((computation) => computation.identity), ...former];
  const staleWindows = identities.some((identity) => wroteOtherWindows(identity, wanted));
  const resume = changed === undefined && !staleWindows && former.some((identity) => difference(identity, wanted) === undefined);
  const stop = computations.map((computation) => computation.id);
  if (first === undefined) {
    const cause = staleWindows ? "the windows were computed by other statements" : resume ? "it does not run any more" : "it does not run";
    return { operation: "create", stop, resume, staleWindows, cause };
  }
  const alone = computations.length > 1 ? `${computations.length} of that name run, and there must be one writer` : "it is being stopped";
  return { operation: "replace", stop, resume, staleWindows, cause: changed ?? first.broken ?? alone };
}

function difference(identity: ProcessorIdentity | undefined, wanted: ProcessorIdentity): string | undefined {
  if (identity === undefined) return "it was not started by streamctl";
  if (identity.transactionsTopicId !== wanted.transactionsTopicId) return "the topic of transactions was recreated";
  if (identity.windowsTopicId !== wanted.windowsTopicId) return "the topic of windows was recreated";
  return identity.statements === wanted.statements ? undefined : "its statements or settings changed";
}

/** Whether a computation wrote windows into the wanted topic that the wanted one would not write. */
function wroteOtherWindows(identity: ProcessorIdentity | undefined, wanted: ProcessorIdentity): boolean {
  if (identity === undefined) return true;
  if (identity.windowsTopicId !== wanted.windowsTopicId) return false;
  return identity.statements !== wanted.statements || identity.transactionsTopicId !== wanted.transactionsTopicId;
}

/** Whether a plan starts a computation: what runs goes on otherwise. */
export function startsAnew(plan: ProcessorPlan): plan is Extract<ProcessorPlan, { readonly stop: readonly string[] }> {
  return "stop" in plan;
}

/** Whether a plan ends what runs or gives up its windows: not to be done for statements that would be refused. */
export function givesUp(plan: ProcessorPlan): boolean {
  return startsAnew(plan) && (plan.stop.length > 0 || plan.staleWindows);
}
