/** What `verify` found, and whether that proves that nothing was lost and nothing counted twice. */

import { formatCount } from "../core/units.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { HeldBack } from "./topic-reading.ts";
import type { TopicCounts } from "./topic-tally.ts";
import { recordNames, type VerifySubject } from "./verify-subject.ts";
import type { WindowComparison } from "./window-comparison.ts";

/** Sums over the runs that wrote to the topic as it is now. */
export interface SentTotals {
  readonly delivered: number;
  readonly unresolved: number;
  /** Of the delivered ones, as in `TopicCounts`. */
  readonly measure: { readonly count: number; readonly total: number };
  /** Delivered or unresolved messages of runs under which the topic was recreated: how many of them it holds is not known. */
  readonly divided: number;
  /** Delivered to another topic of this name: one that was deleted since, or one of another Kafka. */
  readonly elsewhere: number;
}

export interface VerifyReport extends WindowComparison, TopicCounts {
  readonly topic: string;
  readonly subject: VerifySubject;
  /** Of the topic. */
  readonly partitions: number;
  /** Records beyond delivered, unresolved and divided: from elsewhere, or sent twice. The fewest that there are where runs are divided. */
  readonly foreign: number;
  readonly sent: SentTotals;
  /** What stands in the topic and cannot be read yet, because transactions of other producers are open; mostly empty. */
  readonly heldBack: readonly HeldBack[];
  /** Differing windows in which records may count that the processor may read otherwise. */
  readonly ambiguousWindows: number;
  /** How often topic and table were compared; above 1 with `--wait` only. */
  readonly looks: number;
  readonly elapsedMs: number;
}

export type ReasonCode =
  | "no-window"
  | "records-lost"
  | "measure-lost"
  | "window-differs"
  | "row-extra"
  | "record-foreign"
  | "run-divided"
  | "transaction-open"
  | "record-ambiguous"
  | "resource-unhealthy";

export interface Reason {
  readonly code: ReasonCode;
  /** A clause such as `3 of 12 windows differ in Pinot`. */
  readonly text: string;
}

export interface Verdict {
  readonly ok: boolean;
  /** Why not; empty when ok. */
  readonly reasons: readonly Reason[];
}

export interface JudgeOptions {
  /** Whether the ledger's runs are the topic's only writers, so that a record from elsewhere is a defect. */
  readonly strict: boolean;
}

/** Sums of the runs that wrote to the topic with this id of Kafka's; a topic that was recreated has another id. */
export function sumRuns(runs: readonly RunRecord[], topic: string, topicId: string): SentTotals {
  const mine = runs.filter((run) => run.topicId === topicId);
  const divided = runs.filter((run) => run.endTopicId === topicId);
  const others = runs.filter((run) => run.topic === topic && !mine.includes(run) && !divided.includes(run));
  const sum = (some: readonly RunRecord[], amount: (run: RunRecord) => number) => some.reduce((total, run) => total + amount(run), 0);
  return {
    delivered: sum(mine, (run) => run.delivered),
    unresolved: sum(mine, (run) => run.unresolved),
    measure: { count: sum(mine, (run) => run.paid.count), total: sum(mine, (run) => run.paid.total) },
    divided: sum(divided, (run) => run.delivered + run.unresolved),
    elsewhere: sum(others, (run) => run.delivered),
  };
}

/** Pure: the same report always gets the same verdict. */
export function judge(report: VerifyReport, { strict }: JudgeOptions): Verdict {
  const { windows, mismatched, extra, records, invalid, sent, measure, foreign } = report;
  const names = recordNames(report.subject);
  const reasons: Reason[] = [];
  const find = (code: ReasonCode, text: string): void => void reasons.push({ code, text });
  // What the runs delivered is valid, so a record that is not cannot stand in for one that is missing.
  const valid = records - invalid;
  const held = report.heldBack.reduce((sum, { from, end }) => sum + end - from, 0);
  if (held > 0) find("transaction-open", openTransactions(held, report.heldBack));
  // What is held back may be what seems to be missing.
  if (valid + held < sent.delivered) find("records-lost", `${sent.delivered} records were delivered and the topic holds ${valid}`);
  if (held === 0 && (measure.count < sent.measure.count || measure.total < sent.measure.total)) {
    const delivered = `${sent.measure.count} ${names.many} worth ${sent.measure.total} were delivered`;
    find("measure-lost", `${delivered} and the topic holds ${measure.count} worth ${measure.total}`);
  }
  if (windows === 0) find("no-window", `the topic holds no ${names.one}, so there is no window to compare`);
  const missing = mismatched.filter((window) => window.actual === null).length;
  const different = mismatched.length - missing;
  if (missing > 0) find("window-differs", `${missing} of ${windows} windows ${missing === 1 ? "is" : "are"} not in Pinot`);
  if (different > 0) find("window-differs", `${different} of ${windows} windows ${different === 1 ? "differs" : "differ"} in Pinot`);
  const duplicates = extra.filter((window) => window.why === "duplicate").length;
  const unexpected = extra.length - duplicates;
  if (duplicates > 0) find("row-extra", `${formatCount(duplicates, "row")} in Pinot for a window that has one already`);
  if (unexpected > 0) find("row-extra", `${formatCount(unexpected, "row")} in Pinot for a window without a ${names.one}`);
  if (report.ambiguousWindows > 0) {
    const all = mismatched.length + extra.length;
    const differing = all === 1 ? "the one differing row" : `${report.ambiguousWindows} of the ${all} differing rows`;
    find("record-ambiguous", `${differing} may differ by records that ${report.subject.reader.title} reads otherwise (see "invalid")`);
  }
  if (strict && foreign > 0) {
    find("record-foreign", `${formatCount(foreign, "record is", "records are")} from elsewhere or were sent twice (--strict)`);
  }
  const doubtful = Math.min(sent.divided, records - sent.delivered - sent.unresolved);
  if (strict && doubtful > 0) {
    const which = doubtful === 1 ? "1 record may be" : `up to ${doubtful} records may be`;
    find("run-divided", `the topic was recreated under a run, so ${which} of that run or from elsewhere: nobody knows (--strict)`);
  }
  return { ok: reasons.length === 0, reasons };
}

function openTransactions(held: number, heldBack: readonly HeldBack[]): string {
  const where = heldBack.map(({ partition, from }) => `partition ${partition} from offset ${from} on`).join(", ");
  return `the last ${held} offsets cannot be read yet: a transaction of another producer is open (${where})`;
}
