/**
 * The interface between the console's server and its page: types only, used by both. All documents are JSON; times are milliseconds since
 * the epoch, sizes are bytes. Integers beyond 2^53 are written digit by digit, as strings of a cell (`QueryCell`) or in the text of a message.
 *
 * | request | response |
 * |---|---|
 * | `GET /api/stack` | `StackDocument` |
 * | `GET /api/live?…` (see `LiveRequest`) | server-sent events, see `LiveEvents` |
 * | `GET /api/windows/chart?column=&from=&to=&bars=` | `WindowChart` |
 * | `GET /api/windows/rows?offset=&limit=&order=newest\|oldest&show=all\|differing\|settling\|late` | `WindowPage` |
 * | `GET /api/topics`, `/api/topics/<name>` | `TopicSummary[]`, `TopicDocument` |
 * | `GET /api/groups` | `GroupDocument[]` |
 * | `GET /api/messages?…` (see `MessageQuery`; `from`, `partition`, `filter` as text, `limit`) | one `SearchEvent` per line |
 * | `GET /api/messages/<topic>/<partition>/<offset>` | `MessageRow` |
 * | `GET /api/query/schema` | `QuerySchema` |
 * | `POST /api/query` with a `QueryRequest` | one `QueryEvent` per line; closing the connection cancels the query |
 * | `GET /api/processor` | `ProcessorDocument` |
 * | `GET /api/services` | `ServicesDocument` |
 * | `GET /api/logs/<service>?lines=` | `LogDocument` |
 *
 * A failed request has a status of 400 or more and an `ErrorDocument`: 404 if something does not exist, 503 if an engine does not answer.
 */

export interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
}

/** The facts that stay while the console runs. */
export interface StackDocument {
  readonly version: string;
  readonly stackId: string;
  readonly stateDir: string;
  readonly runtime: string;
  readonly processor: { readonly name: string; readonly label: string };
  readonly pipeline: {
    readonly name: string;
    readonly stream: {
      readonly name: string;
      readonly topic: string;
      readonly key: string | null;
      readonly eventTime: string;
      readonly fields: readonly { readonly name: string; readonly type: string }[];
    };
    readonly window: {
      /** Also the name of the table. */
      readonly name: string;
      readonly topic: string;
      readonly sizeMs: number;
      readonly columns: readonly WindowColumn[];
    };
  };
  /** Web pages of the engines. */
  readonly pages: readonly { readonly label: string; readonly url: string }[];
  /** Services of the stack, in display order. */
  readonly services: readonly { readonly name: string; readonly label: string }[];
  /** Engines for queries; the first is the default. */
  readonly queryEngines: readonly { readonly name: string; readonly label: string; readonly example: string }[];
}

export interface WindowColumn {
  readonly name: string;
  readonly aggregate: "count" | "sum" | "min" | "max" | "avg" | "distinct";
  /** The field that is aggregated; null for a count of all records. */
  readonly field: string | null;
}

/**
 * Query parameters of `/api/live`. A tab has one connection, which it reopens with other parameters when it shows another view. `pipeline` is
 * always sent.
 */
export interface LiveRequest {
  /** Also send `services`. */
  readonly services?: "1";
  /** Also send `windows`. */
  readonly windows?: "1";
  /** Also send `processor`. */
  readonly processor?: "1";
  /** Topic to send `tail` of, with optional `partition` and `filter`. */
  readonly tail?: string;
  readonly partition?: string;
  readonly filter?: string;
  /** Service to send `log` of. */
  readonly log?: string;
}

/** Events by name. The data of each is one JSON document. */
export interface LiveEvents {
  /** Once per second. */
  readonly pipeline: PipelineEvent;
  readonly services: ServicesDocument;
  readonly processor: ProcessorDocument;
  /** When a window has changed, at most twice per second: the page requests what it shows. */
  readonly windows: { readonly revision: number; readonly size: number };
  /** At most twice per second. */
  readonly tail: TailEvent;
  readonly log: { readonly service: string; readonly lines: readonly string[]; readonly dropped: number };
  /** An error of a part, such as a filter that is not valid. The connection stays open. */
  readonly problem: { readonly channel: string } & ErrorDocument["error"];
  /** Events that were not sent because the reader was too slow. */
  readonly dropped: { readonly events: number };
}

export type StageState = "healthy" | "starting" | "unhealthy" | "stopped" | "unknown";

/** A stage of the pipeline, in the order in which records pass them. */
export interface Stage {
  readonly id: "producer" | "stream" | "processor" | "windows" | "table";
  /** Such as `Kafka topic`. */
  readonly kind: string;
  /** Such as the topic's name. */
  readonly title: string;
  /** The service that runs it; null for producers. */
  readonly service: string | null;
  readonly state: StageState;
  /** Why it is not healthy; null if it is. */
  readonly detail: string | null;
  /** The end of the service's log, if the service is down. */
  readonly lastLines: readonly string[];
  /** Records (or rows) that passed in total; null if unknown. */
  readonly records: number | null;
  /** Average over the last seconds; null if unknown. */
  readonly perSecond: number | null;
  /** Newest event time, or start of the newest window; null if there is none. */
  readonly newestMs: number | null;
  /** How far it is behind the stage before; null for producers. */
  readonly behind: Distance | null;
}

/** Each part is null if unknown. */
export interface Distance {
  readonly records: number | null;
  /** How long ago the stage before was where this stage is now. */
  readonly ms: number | null;
}

/** Result of comparing the windows computed from the topic with the rows of the table, as `verify` does it. */
export interface Proof {
  /**
   * `reading`: the topic has not been read to its end yet; `settling`: nothing differs, but some windows may still change; `unavailable`: see
   * `reason`; `empty`: there is no window.
   */
  readonly state: "equal" | "settling" | "differs" | "reading" | "unavailable" | "empty";
  readonly windows: number;
  readonly equal: number;
  readonly settling: number;
  readonly differing: number;
  /** Records of the topic that were read, and that were not read yet. */
  readonly recordsRead: number;
  readonly recordsBehind: number;
  readonly invalid: number;
  readonly reason: string | null;
  /** Time of the last comparison with the table; null before the first. */
  readonly comparedAtMs: number | null;
}

export interface PipelineEvent {
  readonly atMs: number;
  readonly stages: readonly Stage[];
  readonly proof: Proof;
}

export type ProofMark = "equal" | "settling" | "differs" | "unknown";

export interface WindowRow {
  readonly startMs: number;
  readonly endMs: number;
  /** Values of the table's row in the order of the columns; null if the table has no row. */
  readonly values: readonly number[] | null;
  /** Values computed from the topic; null if no record counts in this window. */
  readonly expected: readonly number[] | null;
  readonly mark: ProofMark;
  /** When a late record changed the window; null if none did while the console was reading. */
  readonly changedLateAtMs: number | null;
}

export interface WindowPage {
  readonly revision: number;
  /** Number of windows that match `show`. */
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly WindowRow[];
}

export interface WindowChart {
  readonly revision: number;
  readonly column: string;
  /** Start of the first and end of the last window of the table; null without windows. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** The displayed range. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Width of a bar: a multiple of the window's size. */
  readonly barMs: number;
  /** How several windows of one bar are combined; null if each bar is one window. */
  readonly combined: "sum" | "mean" | "min" | "max" | null;
  /** Bars without a window are absent. */
  readonly bars: readonly { readonly startMs: number; readonly value: number; readonly windows: number; readonly mark: ProofMark }[];
}

export interface TopicSummary {
  readonly name: string;
  /** A topic of Kafka or of the processor, not of the pipeline. */
  readonly internal: boolean;
  readonly partitions: number;
  /** Sum over partitions of end offset − first offset. */
  readonly records: number;
  /** Size in Kafka's data folder; null where it cannot be read. */
  readonly bytes: number | null;
}

export interface TopicDocument extends TopicSummary {
  readonly partitionList: readonly {
    readonly partition: number;
    readonly first: number;
    /** Readers of committed messages stop here while a transaction is open. */
    readonly stable: number;
    readonly end: number;
    readonly bytes: number | null;
  }[];
  readonly config: Readonly<Record<string, string>>;
}

/** A consumer group, or the processor's own progress if it commits nothing to Kafka. */
export interface GroupDocument {
  readonly name: string;
  readonly kind: "group" | "processor";
  readonly state: string;
  readonly offsets: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly next: number;
    readonly end: number | null;
    readonly lag: number | null;
  }[];
}

export interface MessageRow {
  readonly partition: number;
  readonly offset: number;
  /** -1 for a message without one. */
  readonly timestampMs: number;
  readonly key: string | null;
  /** Bytes that are not UTF-8 are in base64. */
  readonly keyEncoding?: "base64";
  /** The exact text. */
  readonly value: string | null;
  readonly valueEncoding?: "base64";
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** The value was cut; `/api/messages/<topic>/<partition>/<offset>` returns it whole. */
  readonly truncated?: true;
  readonly headers?: readonly (readonly [name: string, value: string | null])[];
}

/**
 * `from`: `newest`, `oldest`, `offset:<n>`, `time:<ms>` or `cursor:<text of an end event>`. `filter` is an expression, all parts of which
 * must match: `text "some words"`, `key "abc"`, a JSON path with an operator (`user.name contains "x"`, `items[0].price >= 90`,
 * `status = "Done"`, `user.id exists`), joined by `and`. A filter of plain words without quotes and operators searches for that text.
 */
export interface MessageQuery {
  readonly topic: string;
  readonly partition?: string;
  readonly from: string;
  readonly filter?: string;
  readonly limit: string;
}

export type SearchEvent =
  | { readonly kind: "rows"; readonly rows: readonly MessageRow[] }
  | {
      readonly kind: "progress";
      readonly scanned: number;
      readonly matched: number;
      readonly left: number | null;
      readonly scannedPerSecond: number;
    }
  | {
      readonly kind: "end";
      readonly scanned: number;
      readonly matched: number;
      readonly left: number;
      /** Where to go on; null when nothing is left. */
      readonly cursor: string | null;
      readonly reason: "limit" | "end" | "time";
    }
  | { readonly kind: "error"; readonly error: ErrorDocument["error"] };

export interface TailEvent {
  /** Oldest first. */
  readonly rows: readonly MessageRow[];
  /** Messages since the last event that are not in `rows`. */
  readonly skipped: number;
  /** Messages of the topic that were not read yet. */
  readonly behind: number;
}

export interface QueryRequest {
  readonly engine: string;
  readonly sql: string;
  /** Maximum number of rows; default 1000. */
  readonly limit?: number;
}

/** Integers beyond 2^53 are strings; the type of the column tells them from text. */
export type QueryCell = string | number | boolean | null | readonly QueryCell[];

export type QueryEvent =
  | { readonly kind: "columns"; readonly columns: readonly { readonly name: string; readonly type: string }[] }
  | { readonly kind: "rows"; readonly rows: readonly (readonly QueryCell[])[] }
  | {
      readonly kind: "end";
      readonly rows: number;
      readonly elapsedMs: number;
      readonly limitReached: boolean;
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: "error";
      readonly error: ErrorDocument["error"];
      /** Position in the statement, from 1; absent if the engine gives none. */
      readonly line?: number;
      readonly column?: number;
    };

/** For completion, by name of the engine. */
export type QuerySchema = Readonly<
  Record<string, readonly { readonly table: string; readonly columns: readonly { readonly name: string; readonly type: string }[] }[]>
>;

export interface ProcessorDocument {
  readonly label: string;
  /** Null: the engine does not answer, see `problem`. */
  readonly jobs:
    | readonly {
        readonly id: string;
        readonly name: string;
        readonly state: string;
        readonly durationMs: number | null;
        readonly facts: readonly { readonly name: string; readonly value: string | number }[];
      }[]
    | null;
  readonly progress: GroupDocument["offsets"];
  readonly problem: string | null;
  readonly page: string | null;
}

export interface ServiceDocument {
  readonly name: string;
  readonly label: string;
  readonly state: StageState;
  readonly pid: number | null;
  readonly uptimeMs: number | null;
  readonly rssBytes: number | null;
  readonly endpoint: string;
  readonly page: string | null;
  readonly detail: string | null;
  /** Samples of the resident memory since the console was opened, oldest first, at most 600. */
  readonly memory: readonly (readonly [atMs: number, bytes: number])[];
}

export interface ServicesDocument {
  readonly services: readonly ServiceDocument[];
  /** Topics, jobs and tables. */
  readonly resources: readonly { readonly kind: string; readonly name: string; readonly state: string; readonly detail: string }[];
  /** What the last `up` did; null if it is not known. */
  readonly lastUp: {
    readonly atMs: number;
    readonly elapsedMs: number;
    readonly steps: readonly { readonly operation: string; readonly target: string; readonly cause: string }[];
  } | null;
}

export interface LogDocument {
  readonly service: string;
  readonly lines: readonly string[];
}
