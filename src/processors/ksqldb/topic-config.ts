/** Topic configuration that this processor needs for the topics of windows. */

/**
 * How far apart in event time two records may be and still count both, in days: windows, and the topics that are written at the times
 * of their records, are kept for so long. From 1970 to 9999 are 2,932,897 days.
 */
export const retentionDays = 3_000_000;

export const retentionMs = retentionDays * 86_400_000;

/** ksqlDB from 0.29 on takes an output topic only with the very retention that its statement names, not with an endless one. */
export const windowTopicConfig: Readonly<Record<string, string>> = { "retention.ms": String(retentionMs) };
