/** The result of one run of `data` in the ledger: counts from delivery reports, with which `verify` compares the topic. */
export interface RunRecord {
  /** Kafka's id of the topic that the run wrote to; a recreated topic has another one. */
  readonly topicId: string;
  /** Its id at the end of the run; absent when it is the same, empty when the topic no longer existed. */
  readonly endTopicId?: string;
  readonly topic: string;
  /** Milliseconds since the epoch at which the run ended. */
  readonly endedAtMs: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  /** Messages without a delivery report by the deadline: they may or may not be in the topic. */
  readonly unresolved: number;
  /** Paid transactions among the delivered ones: their number and the sum of their amounts. */
  readonly paid: { readonly count: number; readonly total: number };
  readonly seed: string;
}
