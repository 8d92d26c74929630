/** Names from the embedded pipeline, for code that supports exactly one stream and one window. */

import type { Stream, Window } from "./pipeline.ts";
import { type DeclaredTopic, streamTopic, windowTopic } from "./topics.ts";
import { transactions } from "./transactions.ts";

export const onlyStream: Stream = transactions.streams[0];
export const onlyWindow: Window = transactions.windows[0];

export const transactionsTopic: DeclaredTopic = streamTopic(onlyStream);
export const windowsTopic: DeclaredTopic = windowTopic(onlyWindow);

/** Pinot's upsert table, one row per window. */
export const windowsTable: string = onlyWindow.name;

export type { DeclaredTopic as Topic, TopicIdentity } from "./topics.ts";
