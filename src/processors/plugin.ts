/**
 * The interface between a stream processor and the rest of streamctl. A processor consists of one folder next to this file and one line in
 * `catalog.ts`. No other room names a processor, so that adding one changes no other source file.
 *
 * A processor has two parts. Commands use the declaration to choose a processor and to print help, so it must import little.
 * The plug-in talks to the engine; `load()` imports it only for the processor of the stack.
 */

import type { Declarations } from "../core/assets.ts";
import type { StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { StepDeadline } from "../core/step-deadline.ts";
import type { JsonReader } from "../record/json-reader.ts";
import type { TopicIdentity } from "../spec/names.ts";
import type { ServiceData } from "../stack/runtime.ts";
import type { Probe } from "../stack/service.ts";
import type { ServiceType } from "../stack/service-type.ts";
import type { ProcessorSource, Reason } from "../state/choices.ts";
import type { RuntimeName } from "../state/service-identity.ts";
import type { Processor } from "./processor.ts";

/** An option of `up` that belongs to one processor. */
export interface ProcessorOption {
  /** Without its dashes. */
  readonly name: string;
  readonly valueHint: string;
  readonly description: string;
  /** It names an external server, so it is of no use for a stack whose processor must be under streamctl's control. */
  readonly external?: true;
}

/** Values of the options of a processor, by option name without dashes. */
export type OptionValues = Readonly<Record<string, string | undefined>>;

/** What `detect` found on the machine. The processor defines the keys. */
export type MachineFacts = Readonly<Record<string, string | boolean>>;

/** Input of `detect`. */
export interface MachineView {
  readonly declarations: Declarations;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly options: OptionValues;
  /** Whether an image that the container engine already has may be used: the stack runs in containers and has no processor yet. */
  readonly mayUseImage: boolean;
  /** Whether a container engine is available and has all of these images. */
  readonly haveImages: (names: readonly string[]) => Promise<boolean>;
}

export interface ChoiceRequest {
  /** The source given by options of the command. */
  readonly requested: ProcessorSource | undefined;
  /** The source in the state; undefined if the stack had another processor. */
  readonly previous: ProcessorSource | undefined;
  readonly runtime: RuntimeName;
  /** Whether the processor was requested by name. If not, the next processor is tried when this one is not available. */
  readonly named: boolean;
  readonly facts: MachineFacts;
}

export interface ProcessorChoice {
  /** Absent if the processor needs no source. */
  readonly source?: ProcessorSource;
  /** Absent if the processor is always available. */
  readonly reason?: Reason;
}

/** A server that runs the computation and that streamctl did not start. */
export interface ExternalServer {
  /** URL without a trailing slash. */
  readonly endpoint: string;
  /** Its readiness check. @throws StreamctlError `usage` for invalid credentials */
  readonly probe: () => Probe;
  /** A warning to show before the first request. */
  readonly warning?: string | undefined;
  /** What happens to the server after `down`. */
  readonly afterStop: string;
  /** What the user has to do with the server after `down --volumes`. */
  readonly afterRemoval: string;
}

export interface ProcessorDeclaration {
  /** Value of `--processor`; letters and digits. */
  readonly name: string;
  /** Name in messages. */
  readonly label: string;
  /** Position in the order of `--processor auto`, from 1; absent if the processor is used only when requested by name. */
  readonly automatic?: number;
  readonly options: readonly ProcessorOption[];
  /** Hint on how to provide the processor; absent if it is always available. */
  readonly howToProvide?: string;
  /** Topic configuration for the topics of windows, in addition to that of the pipeline, by Kafka's property names. */
  readonly windowTopicConfig: Readonly<Record<string, string>>;
  /** How its JSON reader deviates from the contract of a record. */
  readonly jsonReader: JsonReader;
  /** Whether it supports queries in its own SQL (`query --engine`). */
  readonly takesQueries?: true;
  /** The source given by options; undefined if there is none. @throws StreamctlError `usage` for invalid values */
  sourceFromOptions(options: OptionValues): ProcessorSource | undefined;
  /** Facts about the machine for `choose`. Read-only. */
  detect(view: MachineView): Promise<MachineFacts>;
  /** The source and the reason for it, or why the processor is not available. Pure. */
  choose(request: ChoiceRequest): ProcessorChoice | StreamctlError;
  /** The text of a reason returned by `choose`; undefined for an unknown code. */
  describeReason(reason: Reason): string | undefined;
  /** A source as shown in errors and by `doctor`. */
  describeSource(source: ProcessorSource): { readonly short: string; readonly long: string };
  /** The service that runs the processor within the stack; it has the name of the processor. */
  readonly service: ServiceType;
  /** The external server that runs the computation; undefined if a service of the stack does. */
  external(source: ProcessorSource | undefined): ExternalServer | undefined;
  /**
   * Checks a user's installation, for `doctor` and before a start. Absent if the processor never uses one. Returns a description for
   * `doctor`.
   *
   * @throws StreamctlError `prerequisite` if the installation cannot be used
   */
  inspect?(source: ProcessorSource | undefined, runtime: RuntimeName): Promise<string>;
  load(): Promise<ProcessorPlugin>;
}

/** Kafka operations for the internal topics of a processor. Implemented outside this room, which must not import `kafka/`. */
export interface TopicAdmin {
  list(deadline: StepDeadline): Promise<readonly string[]>;
  create(name: string, partitions: number, config: Readonly<Record<string, string>>, deadline: StepDeadline): Promise<void>;
  remove(name: string, deadline: StepDeadline): Promise<void>;
}

/** The environment of a processor, in terms that all processors share. */
export interface ProcessorContext {
  /** URLs of the stack's services by port name, as printed by `up --json`. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly source: ProcessorSource | undefined;
  /** Kafka's bootstrap servers as seen from this machine. */
  readonly brokers: string;
  /** Kafka's bootstrap servers as seen by the stack's services. */
  readonly brokersForServices: string;
  readonly transactions: TopicIdentity;
  readonly transactionsPartitions: number;
  readonly windows: TopicIdentity;
  /** Data of the service that runs the processor; undefined for an external server. */
  readonly data: ServiceData | undefined;
  readonly topics: TopicAdmin;
  readonly declarations: Declarations;
  /** Name of the pipeline and id of the stack: part of the names of objects on a shared server. */
  readonly pipeline: string;
  readonly stackId: string;
}

/** How far the computation has read one partition of its input topic. */
export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record to read. */
  readonly nextOffset: number;
}

/** A job or query of the computation, as reported by the engine. */
export interface ComputationView {
  readonly id: string;
  readonly name: string;
  /** By the engine's name, such as `RUNNING`. */
  readonly state: string;
  /** Milliseconds since its start; absent if the engine does not report it. */
  readonly durationMs?: number;
  /** Further facts about its health, such as `completedCheckpoints` or `lag` in records. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** A query in the SQL of the processor. */
export interface ProcessorQuery extends Pick<ProcessorContext, "endpoints" | "source"> {
  /** Without a trailing semicolon. */
  readonly sql: string;
  readonly signal: AbortSignal;
}

export interface ProcessorAnswer {
  /** Types by the engine's names. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows as they arrive; a continuous query never ends. Integers beyond 2^53 are bigints. */
  readonly rows: AsyncIterable<readonly unknown[]>;
}

export interface ProcessorQueries {
  /** Whether a statement is a continuous query. */
  isEndless(sql: string): boolean;
  /** Returns once the columns are known. @throws StreamctlError `processor` for a rejected query, `unreachable`, `interrupted`; also from `rows` */
  ask(query: ProcessorQuery): Promise<ProcessorAnswer>;
  /** The tables and streams that can be queried. @throws StreamctlError as `ask` */
  tables(place: Omit<ProcessorQuery, "sql">): Promise<readonly QueriedTable[]>;
}

export interface QueriedTable {
  readonly table: string;
  readonly columns: ProcessorAnswer["columns"];
}

export interface ProcessorPlugin {
  /** @throws StreamctlError `usage` for invalid declarations */
  computation(context: ProcessorContext): Processor;
  /**
   * How far the computation has read, even if it commits no offsets to Kafka. Omits partitions that the engine does not report.
   *
   * @throws StreamctlError `unreachable`, `processor`, `interrupted`
   */
  progress(context: ProcessorContext, deadline: StepDeadline): Promise<readonly PartitionProgress[]>;
  /** The running jobs or queries. @throws StreamctlError as {@link progress} */
  view(context: ProcessorContext, deadline: StepDeadline): Promise<readonly ComputationView[]>;
  /** Names of the objects that streamctl creates for this stack on an external server. Absent if the processor supports none. */
  ownObjects?(context: ProcessorContext): readonly string[];
  /**
   * Removes the objects that streamctl created for this stack on an external server, and logs them. Absent if the processor supports no
   * external server.
   *
   * @throws StreamctlError if an object remains: its query may continue to write
   */
  release?(context: ProcessorContext, log: Log, signal: AbortSignal): Promise<void>;
  /**
   * Checks that an external server uses the Kafka cluster of the stack.
   *
   * @param clusterId id of the stack's Kafka cluster; undefined if unknown
   * @throws StreamctlError `unreachable` if the server does not answer, `processor` if it uses another Kafka cluster
   */
  requireSameKafka?(context: ProcessorContext, clusterId: string | undefined, deadline: StepDeadline): Promise<void>;
  /** Absent if the processor does not support queries. */
  readonly queries?: ProcessorQueries;
}
