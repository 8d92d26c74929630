/** Names that every room shares: topics, their partitions, columns and the table. Declarations are rendered from these. */

export interface Topic {
  readonly name: string;
  readonly partitions: number;
  /** Whether more partitions serve as well; fewer never do. */
  readonly mayGrow: boolean;
  /** Topic configuration, in Kafka's own names. */
  readonly config: Readonly<Record<string, string>>;
}

/** A topic and Kafka's own id of it: a topic made anew under the same name has another id. */
export interface TopicIdentity {
  readonly name: string;
  readonly id: string;
}

/** Transactions as they were sent. Never expires: `verify` reads it from its beginning. */
export const transactionsTopic: Topic = {
  name: "transactions",
  partitions: 3,
  mayGrow: true,
  config: { "retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete" },
};

/**
 * Windows of income as the processor writes them. One partition: Pinot upserts within a partition, and the processors
 * partition differently.
 */
export const windowsTopic: Topic = {
  name: "window_transactions",
  partitions: 1,
  mayGrow: false,
  config: { "retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete" },
};

/**
 * How far apart in event time two transactions may be and still count both with ksqlDB, in days: its windows, and the topics that it
 * writes at the times of their records, are kept for so long. From 1970 to 9999 are 2,932,897 days. ksqlDB from 0.29 on takes an
 * output topic only with the very retention that its statement names, not with an endless one.
 */
export const ksqldbRetentionDays = 3_000_000;

/** The topic of windows as a processor needs it. Flink's records carry the time of their writing, and never expire. */
export function windowsTopicOf(processor: string): Topic {
  if (processor !== "ksqldb") return windowsTopic;
  return { ...windowsTopic, config: { ...windowsTopic.config, "retention.ms": String(ksqldbRetentionDays * 86_400_000) } };
}

/** Pinot's upsert table, one row a window. */
export const windowsTable = "transaction_window";

/** Fields of a record in the windows topic; Pinot's columns of the same names. Epoch milliseconds, sums in whole units. */
export const windowColumns = {
  start: "WINDOW_START",
  end: "WINDOW_END",
  totalPaid: "TOTAL_PAID",
  totalTransactions: "TOTAL_TRANSACTIONS",
  average: "AVERAGE_TRANSACTION_VALUE",
} as const;
