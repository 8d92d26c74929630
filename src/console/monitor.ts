/** What the console shows live: measures, compares and publishes for all readers together, and only while there is one. */

import type { PipelineEvent, ProcessorDocument, ServiceDocument, ServicesDocument } from "./api.ts";
import { Channel, repeat } from "./channel.ts";
import { documentsOf } from "./services.ts";
import { Measuring } from "./pipeline/measurements.ts";
import { NewestWindow } from "./pipeline/newest-window.ts";
import type { Stack, StackReader } from "./pipeline/stack-reader.ts";
import { comparisonProblem, stagesOf } from "./pipeline/stages.ts";
import { processorDocument } from "./processor.ts";
import { ProofFollower } from "./windows/proof.ts";
import { pauseUnlessAborted } from "../core/wait.ts";
import type { Graph } from "../pipeline/graph/graph.ts";
import { healthOf, openResources, type ResourceStatus } from "../pipeline/resources.ts";
import type { PipelineContext } from "../pipeline/context.ts";
import { kafkaTopicLog } from "../pipeline/topic-log.ts";
import { onlyStream, onlyWindow } from "../spec/names.ts";
import { readWindows } from "../stores/pinot/broker.ts";
import { readLastUp } from "../state/last-up.ts";

export interface Snapshot {
  readonly pipeline: PipelineEvent;
  readonly services: ServicesDocument;
  readonly processor: ProcessorDocument;
  readonly windows: { readonly revision: number; readonly size: number };
}

const publishIntervalMs = 1000;
/** Interval at which topics, jobs and tables are checked, in milliseconds. */
const resourcesIntervalMs = 5000;
/** Number of last lines of a service that is down. */
const lastLineCount = 8;
/** Rows per request to the table: bounds the memory of a comparison. */
const pageRows = 2000;

/** The defaults are for reading a topic as fast as possible, and take 20 MB more. */
const smallQueues = { "queued.min.messages": "5000", "queued.max.messages.kbytes": "1024", "fetch.message.max.bytes": "262144" };

export class Monitor {
  readonly snapshots: Channel<Snapshot>;
  readonly #reader: StackReader;
  readonly #context: PipelineContext;
  readonly #measuring: Measuring;
  readonly #newestWindow = new NewestWindow();
  readonly #lastLines = new Map<string, readonly string[]>();
  #stages: PipelineEvent["stages"] = [];
  #resources: readonly ResourceStatus[] = [];
  #opened: { readonly stack: Stack; readonly graph: Graph } | undefined;
  #proof: ProofFollower | undefined;

  constructor(reader: StackReader, context: PipelineContext) {
    this.#reader = reader;
    this.#context = context;
    this.#measuring = new Measuring(reader);
    this.snapshots = new Channel(async (publish, signal) => await this.#run(publish, signal));
  }

  /** The windows, once the stack is known. They are followed only while there is a reader. */
  get proof(): ProofFollower | undefined {
    return this.#proof;
  }

  async #run(publish: (snapshot: Snapshot) => void, signal: AbortSignal): Promise<void> {
    const stack = await this.#firstStack(signal);
    if (stack === undefined) return;
    const proof = (this.#proof ??= this.#openProof(stack));
    await Promise.all([
      this.#measuring.run(signal),
      proof.follow(signal),
      this.#newestWindow.follow(stack.endpoints.kafka, onlyWindow.topic.name, signal),
      repeat(resourcesIntervalMs, async () => await this.#checkResources(signal), signal),
      repeat(publishIntervalMs, async () => publish(await this.#snapshot(proof)), signal),
    ]);
  }

  /** `up` starts the console together with the engines: the state may not be complete yet. */
  async #firstStack(signal: AbortSignal): Promise<Stack | undefined> {
    do {
      const stack = await this.#reader.current().catch(() => undefined);
      if (stack !== undefined) return stack;
    } while (await pauseUnlessAborted(publishIntervalMs, signal));
    return undefined;
  }

  #openProof({ endpoints, processor }: Stack): ProofFollower {
    const columns = onlyWindow.columns.map(({ name }) => name);
    return new ProofFollower({
      log: kafkaTopicLog({ brokers: endpoints.kafka, properties: smallQueues }, onlyStream.topic.name),
      readRows: (starts, signal) =>
        readWindows({
          brokerUrl: endpoints.pinotBroker,
          table: onlyWindow.name,
          columns,
          pageRows,
          signal,
          ...(starts ? { starts } : {}),
        }),
      subject: { stream: onlyStream, window: onlyWindow, reader: processor.declaration.jsonReader },
      processorBehind: () => this.#measuring.processorBehind(),
      problem: () => comparisonProblem(this.#stages),
    });
  }

  async #snapshot(proof: ProofFollower): Promise<Snapshot> {
    const { latest, stack } = this.#measuring;
    const nowMs = Date.now();
    await this.#readLastLines(stack);
    const { revision, table } = proof;
    this.#stages = stack === undefined ? [] : this.#stagesOf(stack, proof, nowMs);
    return {
      pipeline: { atMs: nowMs, stages: this.#stages, proof: proof.document() },
      services: await this.#services(stack),
      processor: processorDocument(stack, latest),
      windows: { revision, size: table.size },
    };
  }

  #stagesOf({ processor, state }: Stack, proof: ProofFollower, nowMs: number): PipelineEvent["stages"] {
    const { latest, histories } = this.#measuring;
    const { declaration } = processor;
    return stagesOf({
      latest,
      histories,
      nowMs,
      newestEventMs: proof.newestEventTimeMs,
      newestWindowMs: this.#newestWindow.startMs,
      windowSizeMs: onlyWindow.span.sizeMs,
      lastLines: this.#lastLines,
      names: {
        stream: onlyStream.topic.name,
        windows: onlyWindow.topic.name,
        table: onlyWindow.name,
        job: state.resources.find(({ kind }) => kind === "job")?.name ?? latest.views?.value?.[0]?.name ?? declaration.label,
        processor: declaration.name,
        processorLabel: declaration.label,
      },
    });
  }

  async #services(stack: Stack | undefined): Promise<ServicesDocument> {
    const statuses = this.#measuring.latest.services?.value ?? [];
    const services: readonly ServiceDocument[] = stack === undefined ? [] : documentsOf(stack, statuses, this.#measuring.memory);
    return { services, resources: this.#resources, lastUp: (await readLastUp(this.#context.folder)) ?? null };
  }

  async #checkResources(signal: AbortSignal): Promise<void> {
    const { stack, latest } = this.#measuring;
    const services = latest.services?.value;
    if (stack === undefined || services === undefined) return;
    try {
      this.#resources = await healthOf(await this.#graphOf(stack), services, signal);
    } catch {
      // The health of an engine that does not answer is reported by its service.
    }
  }

  /** The resources of a stack; opened again only for another one, because some sign in to their engine. */
  async #graphOf(stack: Stack): Promise<Graph> {
    const { state, runtime } = stack;
    if (this.#opened?.stack === stack) return this.#opened.graph;
    const graph = await openResources({ choices: state.choices, stackId: state.stack.id }, runtime, this.#context);
    this.#opened = { stack, graph };
    return graph;
  }

  async #readLastLines(stack: Stack | undefined): Promise<void> {
    const statuses = this.#measuring.latest.services?.value ?? [];
    const down = statuses.filter(({ state }) => state === "stopped" || state === "unhealthy");
    this.#lastLines.clear();
    for (const { name } of down) {
      const lines = await stack?.runtime.tailLog(name, lastLineCount).catch(() => undefined);
      if (lines !== undefined) this.#lastLines.set(name, lines);
    }
  }
}
