/**
 * The stream processor, whichever it is, keeps windows of income in a topic that has one writer. What runs is compared with what
 * the files say: the same is left alone, another one is stopped, proven to have stopped, and replaced. Topics that were made anew
 * count as a difference, because what the processor holds was computed from the old ones; and windows that were computed otherwise
 * are not mixed with new ones: their topic is made anew.
 */

import type { Log } from "../core/log.ts";
import type { Change } from "../core/change.ts";
import type { TopicIdentity } from "../spec/names.ts";
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

export interface ProcessorHealth {
  readonly healthy: boolean;
  /** What the processor reports, such as `RUNNING, 2 of 2 tasks` or its last failure. */
  readonly detail: string;
  /** It failed again and again, and there is no sign that waiting helps. */
  readonly keepsFailing?: true;
}

/** One line of a plan: what has to happen to one thing, and why. */
export interface ProcessorStep {
  readonly operation: string;
  readonly target: string;
  readonly cause: string;
}

export interface Processor {
  readonly name: "flink" | "ksqldb";
  /** Name of the job or query, as changes and messages call it. */
  readonly computation: string;
  readonly wanted: ProcessorIdentity;
  /** Looks and changes nothing. @throws StreamctlError `unreachable` when the processor does not answer. */
  observe(deadline: StepDeadline): Promise<ProcessorObservation>;
  /** What carrying out a plan would do to each thing that the processor holds. Looks and changes nothing. */
  steps(plan: ProcessorPlan, deadline: StepDeadline): Promise<readonly ProcessorStep[]>;
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
  health(deadline: StepDeadline): Promise<ProcessorHealth>;
}

/**
 * Compares what runs with what is wanted. Pure.
 *
 * @param unfit why the windows topic itself cannot stay; undefined where it can
 */
export function planProcessor(observed: ProcessorObservation, wanted: ProcessorIdentity, unfit?: string): ProcessorPlan {
  const { computations, former } = observed;
  const [first] = computations;
  const running = computations.map((computation) => difference(computation.identity, wanted));
  const changed = unfit ?? running.find((found) => found !== undefined);
  if (first !== undefined && computations.length === 1 && first.state === "running" && first.broken === undefined) {
    if (changed === undefined) return { operation: "unchanged", id: first.id, cause: "it runs, with the same statements and topics" };
    if (unfit === undefined && first.mendable !== undefined) return { operation: "update", id: first.id, cause: first.mendable };
  }
  const identities = [...computations.map((computation) => computation.identity), ...former];
  const staleWindows = unfit !== undefined || identities.some((identity) => wroteOtherWindows(identity, wanted));
  const resume = changed === undefined && !staleWindows && former.some((identity) => difference(identity, wanted) === undefined);
  const stop = computations.map((computation) => computation.id);
  if (first === undefined) {
    const cause = staleWindows
      ? (unfit ?? "the windows were computed by other statements")
      : resume
        ? "it does not run any more"
        : "it does not run";
    return { operation: "create", stop, resume, staleWindows, cause };
  }
  const alone = computations.length > 1 ? `${computations.length} of that name run, and there must be one writer` : "it is being stopped";
  return { operation: "replace", stop, resume, staleWindows, cause: changed ?? first.broken ?? alone };
}

function difference(identity: ProcessorIdentity | undefined, wanted: ProcessorIdentity): string | undefined {
  if (identity === undefined) return "it was not started by streamctl";
  if (identity.transactionsTopicId !== wanted.transactionsTopicId) return "the topic of transactions was made anew";
  if (identity.windowsTopicId !== wanted.windowsTopicId) return "the topic of windows was made anew";
  return identity.statements === wanted.statements ? undefined : "its statements or settings changed";
}

/** Whether a computation wrote windows into the wanted topic that the wanted one would not write. */
function wroteOtherWindows(identity: ProcessorIdentity | undefined, wanted: ProcessorIdentity): boolean {
  if (identity === undefined) return true;
  if (identity.windowsTopicId !== wanted.windowsTopicId) return false;
  return identity.statements !== wanted.statements || identity.transactionsTopicId !== wanted.transactionsTopicId;
}

export interface ProvisionProcessorOptions {
  /** The processor for the windows topic of a given id. */
  readonly processorFor: (windows: TopicIdentity) => Processor;
  readonly windows: TopicIdentity;
  /** Why the windows topic cannot stay as it is; undefined where it can. */
  readonly unfitWindows?: string | undefined;
  /** Deletes the windows topic, makes it anew and answers its new id. Called when its windows were computed otherwise. */
  readonly remakeWindowsTopic: () => Promise<TopicIdentity>;
  readonly deadline: StepDeadline;
  readonly log: Log;
}

/**
 * Observes, plans and applies. Answers the changes and the windows topic as it is now: everything downstream is tied to its id.
 *
 * @throws StreamctlError `processor`, `unreachable`, `timeout`, `interrupted`
 */
export async function provisionProcessor(
  options: ProvisionProcessorOptions,
): Promise<{ readonly changes: readonly Change[]; readonly windows: TopicIdentity }> {
  const { processorFor, remakeWindowsTopic, deadline, log } = options;
  let windows = options.windows;
  let processor = processorFor(windows);
  const changes: Change[] = [];
  let plan = planProcessor(await processor.observe(deadline), processor.wanted, options.unfitWindows);
  const { cause } = plan;
  if (givesUp(plan)) await processor.validate(deadline);
  if (startsAnew(plan) && plan.staleWindows) {
    log.warn(`Topic "${windows.name}" is made anew: ${cause}`);
    await processor.stop(deadline);
    windows = await remakeWindowsTopic();
    changes.push({ kind: "topic", name: windows.name, result: "replaced", cause });
    processor = processorFor(windows);
    plan = { ...plan, stop: [], resume: false, staleWindows: false };
  }
  await processor.apply(plan, deadline, log);
  // That a new job was not there before goes without saying.
  const afresh = plan.operation === "create" && startsAnew(plan) && !plan.resume;
  changes.push({ kind: "job", name: processor.computation, result: resultOf[plan.operation], ...(afresh ? {} : { cause }) });
  return { changes, windows };
}

/** Whether a plan starts a computation: what runs goes on otherwise. */
export function startsAnew(plan: ProcessorPlan): plan is Extract<ProcessorPlan, { readonly stop: readonly string[] }> {
  return "stop" in plan;
}

/** Whether a plan ends what runs or gives up its windows: not to be done for statements that would be refused. */
export function givesUp(plan: ProcessorPlan): boolean {
  return startsAnew(plan) && (plan.stop.length > 0 || plan.staleWindows);
}

const resultOf = { unchanged: "unchanged", update: "updated", create: "created", replace: "replaced" } as const;
