/** The report of `verify`, and the verdict whether records were lost or counted twice. */

import { formatCount, formatNumber } from "../core/units.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { HeldBack } from "./topic-reading.ts";
import type { TopicCounts } from "./topic-tally.ts";
import { recordNames, type VerifySubject } from "./verify-subject.ts";
import type { WindowComparison } from "./window-comparison.ts";

/** Totals of the runs that wrote to the current topic. */
export interface SentTotals {
  readonly delivered: number;
  readonly unresolved: number;
  /** Totals of delivered records, as in `TopicCounts`. */
  readonly measure: { readonly count: number; readonly total: number };
  /** Delivered or unresolved messages of runs during which the topic was recreated: it is unknown how many are in the current topic. */
  readonly divided: number;
  /** Delivered to another topic of this name: one that was deleted since, or in another Kafka cluster. */
  readonly elsewhere: number;
}

export interface VerifyReport extends WindowComparison, TopicCounts {
  readonly topic: string;
  readonly subject: VerifySubject;
  /** Partitions of the topic. */
  readonly partitions: number;
  /** Records beyond delivered, unresolved and divided ones: from other producers, or sent twice. A lower bound if there are divided runs. */
  readonly foreign: number;
  readonly sent: SentTotals;
  /** Offsets that cannot be read yet because of open transactions of other producers; usually empty. */
  readonly heldBack: readonly HeldBack[];
  /** Differing windows in which the processor may count ambiguous records. */
  readonly ambiguousWindows: number;
  /** Number of comparisons of topic and table; more than 1 only with `--wait`. */
  readonly checks: number;
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
  /** Empty if `ok`. */
  readonly reasons: readonly Reason[];
}

export interface JudgeOptions {
  /** Whether the runs in the ledger must be the only writers of the topic. */
  readonly strict: boolean;
}

/** Totals of the runs that wrote to the topic with this Kafka topic id. A recreated topic has another id. */
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

/** Evaluates a report. Pure. */
export function judge(report: VerifyReport, { strict }: JudgeOptions): Verdict {
  const { windows, mismatched, extra, records, invalid, sent, measure, foreign } = report;
  const names = recordNames(report.subject);
  const reasons: Reason[] = [];
  const find = (code: ReasonCode, text: string): void => void reasons.push({ code, text });
  // Runs deliver only valid records, so an invalid record cannot compensate for a missing one.
  const valid = records - invalid;
  const held = report.heldBack.reduce((sum, { from, end }) => sum + end - from, 0);
  if (held > 0) find("transaction-open", openTransactions(held, report.heldBack));
  // Offsets that cannot be read yet may be the missing records.
  if (valid + held < sent.delivered)
    find(
      "records-lost",
      `${formatCount(sent.delivered, "record was", "records were")} delivered, but the topic has ${formatNumber(valid)}`,
    );
  if (held === 0 && (measure.count < sent.measure.count || measure.total < sent.measure.total)) {
    const delivered = `${sent.measure.count} ${names.many} worth ${sent.measure.total} were delivered`;
    find("measure-lost", `${delivered}, but the topic has ${measure.count} worth ${measure.total}`);
  }
  if (windows === 0) find("no-window", `the topic has no ${names.one}, so there is no window to compare`);
  const missing = mismatched.filter((window) => window.actual === null).length;
  const different = mismatched.length - missing;
  if (missing > 0)
    find("window-differs", `${formatNumber(missing)} of ${formatNumber(windows)} windows ${missing === 1 ? "is" : "are"} not in Pinot`);
  if (different > 0)
    find(
      "window-differs",
      `${formatNumber(different)} of ${formatNumber(windows)} windows ${different === 1 ? "differs" : "differ"} in Pinot`,
    );
  const duplicates = extra.filter((window) => window.why === "duplicate").length;
  const unexpected = extra.length - duplicates;
  if (duplicates > 0) find("row-extra", `${formatCount(duplicates, "row")} in Pinot for a window that already has a row`);
  if (unexpected > 0) find("row-extra", `${formatCount(unexpected, "row")} in Pinot for a window without a ${names.one}`);
  if (report.ambiguousWindows > 0) {
    const all = mismatched.length + extra.length;
    const differing =
      all === 1 ? "the one differing row" : `${formatNumber(report.ambiguousWindows)} of the ${formatNumber(all)} differing rows`;
    find(
      "record-ambiguous",
      `${differing} may differ because ${report.subject.reader.title} reads some records differently (see "invalid")`,
    );
  }
  if (strict && foreign > 0) {
    find("record-foreign", `${formatCount(foreign, "record is", "records are")} from other producers or were sent twice (--strict)`);
  }
  const doubtful = Math.min(sent.divided, records - sent.delivered - sent.unresolved);
  if (strict && doubtful > 0) {
    const which = doubtful === 1 ? "1 record may be" : `up to ${formatNumber(doubtful)} records may be`;
    find("run-divided", `the topic was recreated during a run, so ${which} from that run or from other producers (--strict)`);
  }
  return { ok: reasons.length === 0, reasons };
}

function openTransactions(held: number, heldBack: readonly HeldBack[]): string {
  const where = heldBack.map(({ partition, from }) => `partition ${partition} from offset ${from} on`).join(", ");
  return `the last ${formatNumber(held)} offsets cannot be read yet: a transaction of another producer is open (${where})`;
}
