/** The input of a worker and the messages that it sends, as values that can be cloned. */

import type { ErrorCode } from "../core/errors.ts";
import type { LogEntry } from "../kafka/client-log.ts";
import type { DeliveryStatistics } from "../kafka/producer.ts";
import type { EventTime } from "./event-time.ts";
import type { DataRequest } from "./request.ts";
import type { ShareOutcome, ShareTask } from "./share-run.ts";

/** Passed as `workerData`: a message could arrive before the worker listens. */
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
      /** The counts up to then, with no message in flight; absent if there was no producer yet. */
      readonly reported?: Pick<DeliveryStatistics, "errors" | "latencyHistogram">;
    };

/** An error in a form that can be cloned: the class of an object is lost between threads. */
export interface WorkerFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly detail: string | undefined;
  readonly stack: string | undefined;
}
