/** What one run of `data` leaves in the ledger of the state folder: counts from delivery reports, by which `verify` judges. */
export interface RunRecord {
  /** Kafka's id of the topic that the run wrote to; a topic made anew has another one. */
  readonly topicId: string;
  /** Its id at the end of the run, empty where there was no topic any more; absent where it was the same. */
  readonly endTopicId?: string;
  readonly topic: string;
  /** Milliseconds since the epoch at which the run ended. */
  readonly endedAtMs: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  /** Messages of which no report came before the deadline: they may or may not be in the topic. */
  readonly unresolved: number;
  /** Paid transactions among the delivered ones: their number and the sum of what they pay. */
  readonly paid: { readonly count: number; readonly total: number };
  readonly seed: string;
}
