/**
 * Retention of windows, and of topics whose records have event times as timestamps, in days. It is the largest distance in event time
 * between two counted records, so it must cover 1970 to 9999, which are 2,932,897 days.
 */
export const retentionDays = 3_000_000;

export const retentionMs = retentionDays * 86_400_000;

/** Since 0.29 ksqlDB requires that an existing output topic has exactly the retention of its statement; unlimited retention is rejected. */
export const windowTopicConfig: Readonly<Record<string, string>> = { "retention.ms": String(retentionMs) };
