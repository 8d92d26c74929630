/** What the main thread hands to a worker, and what a worker sends back: structured clones, all of them. */

import type { ErrorCode } from "../core/errors.ts";
import type { LogEntry } from "../kafka/client-log.ts";
import type { DeliveryStatistics } from "../kafka/producer.ts";
import type { EventTime } from "./event-time.ts";
import type { DataRequest } from "./request.ts";
import type { ShareOutcome, ShareTask } from "./share-run.ts";

/** Complete at the worker's birth (`workerData`): a message could arrive before a worker listens. */
export interface WorkerAssignment {
  readonly task: ShareTask;
  readonly memory: SharedArrayBuffer;
  readonly seed: number;
  readonly users: DataRequest["users"];
  readonly eventTime: EventTime;
  readonly topic: string;
  readonly brokers: string;
  readonly kafkaProperties: Readonly<Record<string, string>>;
}

export type WorkerMessage =
  | { readonly kind: "log"; readonly entries: readonly LogEntry[] }
  /** The last message of a worker. */
  | { readonly kind: "finished"; readonly outcome: ShareOutcome }
  | {
      readonly kind: "failed";
      readonly error: WorkerFailure;
      /** Of what it had sent until then, with nothing in flight; missing where it never had a producer. */
      readonly reported?: Pick<DeliveryStatistics, "errors" | "latencyHistogram">;
    };

/** An error as it crosses threads: classes do not. */
export interface WorkerFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly detail: string | undefined;
  readonly stack: string | undefined;
}
