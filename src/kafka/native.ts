/**
 * The interface of the addon (native/addon.c): numbers and flat lists. Only the modules of this room use it; they convert its values to
 * typed objects and errors.
 */

/** librdkafka properties as name, value, name, value, … in order: later ones take precedence. */
export type FlatProperties = readonly string[];

export interface NativeAddon {
  /** librdkafka's version, such as `2.15.1`. */
  readonly librdkafkaVersion: string;
  /** librdkafka's `builtin.features`, such as `gzip,snappy,ssl,sasl,…`. */
  readonly features: string;
  /** Length of the array that `NativeProducer.statistics` fills. */
  readonly statisticsLength: number;
  readonly Producer: new (
    properties: FlatProperties,
    topic: string,
    maxInFlightMessages: number,
    maxInFlightBytes: number,
    partitionHere: boolean,
  ) => NativeProducer;
  /** positions: partition, offset, end, partition, …; `Infinity` for no end. */
  readonly Consumer: new (properties: FlatProperties, topic: string, positions: Float64Array, withHeaders: boolean) => NativeConsumer;
  /** Starts a request to the cluster with its own client, on its own thread. */
  request(kind: AdminRequestKind, properties: FlatProperties, values: readonly string[], timeoutMs: number): NativeRequest;
  /** Ends a running request early, with code `_INTR`. */
  cancel(request: NativeRequest): void;
  /** Closes every client of this thread, and ends its requests. */
  closeClients(): void;
  /** The partition that the Java client's default partitioner chooses for a key. */
  partitionOf(key: Uint8Array, partitions: number): number;
  /**
   * Marks all open descriptors but the standard three as close-on-exec, so that child processes do not inherit them. Returns how many were
   * not.
   */
  keepDescriptors(): number;
  /** An in-process broker for tests. */
  readonly MockCluster: new (brokers: number) => NativeMockCluster;
}

export interface NativeProducer {
  produce(count: number, bytes: Uint8Array, offsets: Uint32Array, weights: Uint32Array, first: number, waitMs: number): number;
  /** Fills the array, and returns the errors at the same time. */
  statistics(into: Float64Array): [code: string, message: string, count: number][];
  flush(timeoutMs: number): boolean;
  purge(timeoutMs: number): void;
  drainLog(): NativeLogEntry[];
  close(): void;
}

export interface NativeConsumer {
  nextBatch(maxMessages: number, maxBytes: number, timeoutMs: number): Promise<NativeConsumedBatch>;
  interrupt(): void;
  drainLog(): NativeLogEntry[];
  close(): Promise<void>;
}

export interface NativeConsumedBatch {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
  readonly partitions: Int32Array;
  readonly recordOffsets: Float64Array;
  readonly timestampsMs: Float64Array;
  readonly flags: Uint8Array;
  /** Only of a consumer that was opened with headers. */
  readonly headerBytes?: Uint8Array;
  readonly headerOffsets?: Uint32Array;
  /** partition, position, partition, position, … */
  readonly positions: Float64Array;
}

export type NativeLogEntry = [severity: number, source: string, message: string];

export type AdminRequestKind =
  | "metadata"
  | "createTopic"
  | "describeTopic"
  | "deleteTopic"
  | "describeConfig"
  | "listOffsets"
  | "offsetsForTime"
  | "listGroups"
  | "groupOffsets";

export interface NativeRequest {
  /** A flat list whose meaning depends on the kind. Rejects with an `Error` whose `code` is librdkafka's name of the error. */
  readonly answer: Promise<string[]>;
}

/** librdkafka's mock brokers, on ports of 127.0.0.1. */
export interface NativeMockCluster {
  readonly brokers: string;
  createTopic(name: string, partitions: number): void;
  deleteTopic(name: string): void;
  /** Returns this error code of Kafka's protocol for the next `count` requests of this kind. */
  failRequests(apiKey: number, errorCode: number, count: number): void;
  setRoundTripMs(ms: number): void;
  /** Brokers are numbered from 1; -1 means all. Does not change the leaders. */
  setBrokerUp(broker: number, up: boolean): void;
  setLeader(topic: string, partition: number, broker: number): void;
  close(): void;
}
