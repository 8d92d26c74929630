/** Names of the pipeline that is embedded: what holds one stream and one window of it reads them here. */

import { windowBounds } from "./columns.ts";
import type { Stream, Window } from "./pipeline.ts";
import { type DeclaredTopic, streamTopic, windowTopic } from "./topics.ts";
import { transactions } from "./transactions.ts";

export const onlyStream: Stream = transactions.streams[0];
export const onlyWindow: Window = transactions.windows[0];

export const transactionsTopic: DeclaredTopic = streamTopic(onlyStream);
export const windowsTopic: DeclaredTopic = windowTopic(onlyWindow);

/** Pinot's upsert table, one row per window. */
export const windowsTable: string = onlyWindow.name;

const [sum, count, average] = transactions.windows[0].columns;

/** Fields of a record in the windows topic; Pinot's columns of the same names. Epoch milliseconds, sums in whole units. */
export const windowColumns = {
  start: windowBounds.start,
  end: windowBounds.end,
  totalPaid: sum.name,
  totalTransactions: count.name,
  average: average.name,
} as const;

export type { DeclaredTopic as Topic, TopicIdentity } from "./topics.ts";
