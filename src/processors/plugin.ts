/**
 * What a stream processor is to the rest of streamctl. A processor is one folder beside this file and one line of `catalog.ts`: no other
 * room knows which processors there are, so a new one changes no file outside of its own.
 *
 * It comes in two parts. The declaration is what commands decide and print by, help texts included, so it must load nothing. The plug-in
 * talks to engines; `load()` brings it in for the one processor that a stack has.
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
  /** Without its dashes, such as `ksqldb-url`. */
  readonly name: string;
  readonly valueHint: string;
  readonly description: string;
}

/** Values of a processor's own options, by their names without dashes. */
export type TypedOptions = Readonly<Record<string, string | undefined>>;

/** What a machine has of a processor, in the processor's own terms. */
export type MachineFacts = Readonly<Record<string, string | boolean>>;

/** What `detect` may look at. */
export interface MachineView {
  readonly declarations: Declarations;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly options: TypedOptions;
  /** Whether an image of the processor would be taken if the container engine has it: the stack runs in containers, and no processor was chosen yet. */
  readonly mayTakeImage: boolean;
  /** Whether a container engine answers here and has all of these. */
  readonly haveImages: (names: readonly string[]) => Promise<boolean>;
}

export interface ChoiceRequest {
  /** Where it comes from, by the options that were typed. */
  readonly typed: ProcessorSource | undefined;
  /** The source that the state keeps; undefined where the stack had another processor. */
  readonly kept: ProcessorSource | undefined;
  readonly runtime: RuntimeName;
  /** Whether the processor is wanted by name; otherwise the next one is taken where this one is not at hand. */
  readonly named: boolean;
  readonly facts: MachineFacts;
}

export interface ProcessorChoice {
  /** Absent where the processor needs none. */
  readonly source?: ProcessorSource;
  /** Absent where the processor can always be had, so that it depends on who asked only. */
  readonly reason?: Reason;
}

/** A server that does the work and that streamctl did not start. */
export interface ExternalServer {
  /** Its address, without a slash at its end. */
  readonly endpoint: string;
  /** How it is asked whether it is ready. @throws StreamctlError `usage` for credentials that cannot be used */
  readonly probe: () => Probe;
  /** What to be warned of before it is talked to; absent where nothing is wrong. */
  readonly warning?: string | undefined;
  /** What becomes of it while the stack is stopped, and what has to be done about it once the stack's data was deleted. */
  readonly afterStop: string;
  readonly afterRemoval: string;
}

export interface ProcessorDeclaration {
  /** As `--processor` takes it; letters and digits. */
  readonly name: string;
  /** As people write it. */
  readonly label: string;
  /** Place in the order in which `--processor auto` tries them, from 1; absent where it is never taken unless it is named. */
  readonly automatic?: number;
  readonly options: readonly ProcessorOption[];
  /** How to have it, as the end of an error; absent where it can always be had. */
  readonly ways?: string;
  /** Configuration that the topics of windows need beyond what the pipeline declares, in Kafka's names. */
  readonly windowTopicConfig: Readonly<Record<string, string>>;
  /** How it reads JSON, as far as it differs from the contract of a record. */
  readonly jsonReader: JsonReader;
  /** Whether it takes queries in its own SQL (`query --engine`). */
  readonly takesQueries?: true;
  /** What the options say of the source; undefined where none was typed. @throws StreamctlError `usage` for values that cannot be used */
  typedSource(options: TypedOptions): ProcessorSource | undefined;
  /** Facts of the machine by which it chooses. Looks only. */
  detect(view: MachineView): Promise<MachineFacts>;
  /** Where it would come from, and why; or why it cannot be had. Pure. */
  choose(request: ChoiceRequest): ProcessorChoice | StreamctlError;
  /** The sentence of a reason that `choose` gave; undefined for a code that it does not know. */
  describeReason(reason: Reason): string | undefined;
  /** A source as errors and `doctor` name it. */
  describeSource(source: ProcessorSource): { readonly short: string; readonly long: string };
  /** The service that runs it where the stack has it, under the processor's own name. */
  readonly service: ServiceType;
  /** The server that does its work and that streamctl did not start; undefined where a service of the stack runs it. */
  external(source: ProcessorSource | undefined): ExternalServer | undefined;
  /**
   * Looks whether what is installed can be used, for `doctor` and before a start. Absent where nothing of the user's is used. Answers what it
   * found, as `doctor` prints it.
   *
   * @throws StreamctlError `prerequisite` where it cannot
   */
  inspect?(source: ProcessorSource | undefined, runtime: RuntimeName): Promise<string>;
  load(): Promise<ProcessorPlugin>;
}

/** What a processor needs of Kafka for topics of its own. Kafka itself is another room. */
export interface TopicAdmin {
  list(deadline: StepDeadline): Promise<readonly string[]>;
  create(name: string, partitions: number, config: Readonly<Record<string, string>>, deadline: StepDeadline): Promise<void>;
  remove(name: string, deadline: StepDeadline): Promise<void>;
}

/** What a processor works on and with, in terms that all processors share. */
export interface ProcessorContext {
  /** Addresses of the stack's services by the names of their ports, as `up --json` prints them. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly source: ProcessorSource | undefined;
  /** Kafka's bootstrap servers as this machine reaches them, and as the stack's services do. */
  readonly brokers: string;
  readonly brokersForServices: string;
  readonly transactions: TopicIdentity;
  readonly transactionsPartitions: number;
  readonly windows: TopicIdentity;
  /** Data of the service that runs it; undefined where a server that streamctl did not start does. */
  readonly data: ServiceData | undefined;
  readonly topics: TopicAdmin;
  readonly declarations: Declarations;
  /** Name of the pipeline, and id of the stack: what is made on a server that others use too is named by them. */
  readonly pipeline: string;
  readonly stackId: string;
}

/** How far the computation has read a partition of the topic that it reads. */
export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first record that it has not read. */
  readonly nextOffset: number;
}

/** A job or query of the computation, as the engine itself shows it. */
export interface ComputationView {
  readonly id: string;
  readonly name: string;
  /** As the engine writes it, such as `RUNNING`. */
  readonly state: string;
  /** Since its start, in milliseconds; absent where the engine does not say. */
  readonly durationMs?: number;
  /** What else the engine says that tells whether it works, such as `completedCheckpoints` or `lag` in records. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** A question in the processor's own SQL. */
export interface ProcessorQuery extends Pick<ProcessorContext, "endpoints" | "source"> {
  /** Without its semicolon. */
  readonly sql: string;
  readonly signal: AbortSignal;
}

export interface ProcessorAnswer {
  /** Types as the engine names them. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** As they come; those of an endless query never end. Integers that a number does not hold exactly are bigints. */
  readonly rows: AsyncIterable<readonly unknown[]>;
}

export interface ProcessorQueries {
  /** Whether a statement asks for changes that never end. */
  isEndless(sql: string): boolean;
  /** Returns once the columns are known. @throws StreamctlError `processor` when it refuses, `unreachable`, `interrupted`; also while rows are read */
  ask(query: ProcessorQuery): Promise<ProcessorAnswer>;
}

export interface ProcessorPlugin {
  /** @throws StreamctlError `usage` where its declarations cannot be used */
  computation(context: ProcessorContext): Processor;
  /**
   * How far it has read, also where nothing is committed to Kafka. A partition of which the engine does not say it is left out.
   *
   * @throws StreamctlError `unreachable`, `processor`, `interrupted`
   */
  progress(context: ProcessorContext, deadline: StepDeadline): Promise<readonly PartitionProgress[]>;
  /** What runs of it, one row per job or query. @throws StreamctlError as {@link progress} */
  view(context: ProcessorContext, deadline: StepDeadline): Promise<readonly ComputationView[]>;
  /** Names of what streamctl makes for this stack on a server that it did not start. Absent where no such server can be had. */
  ownObjects?(context: ProcessorContext): readonly string[];
  /**
   * Takes back exactly what streamctl made for this stack on a server that it did not start, and says so. Absent where no such server can
   * be had.
   *
   * @throws StreamctlError where something stays: it may go on to write
   */
  release?(context: ProcessorContext, log: Log, signal: AbortSignal): Promise<void>;
  /**
   * A server that streamctl did not start must work with the stack's Kafka: it reads and writes its topics.
   *
   * @param clusterId id of the stack's Kafka; undefined where it is not known
   * @throws StreamctlError `unreachable` where it does not answer, `processor` where it works with another Kafka
   */
  requireSameKafka?(context: ProcessorContext, clusterId: string | undefined, deadline: StepDeadline): Promise<void>;
  /** Absent where it takes none. */
  readonly queries?: ProcessorQueries;
}
