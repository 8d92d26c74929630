/** The computation declared in `ksql/` for given topics, and how it compares with the state of a server. Read-only. */

import type { Declarations } from "../../core/assets.ts";
import { shortHash } from "../../core/short-hash.ts";
import {
  type ComputationMark,
  computationMark,
  type CreationValues,
  type Declared,
  hashQueries,
  readDeclared,
  readMark,
} from "./declarations.ts";
import { hashDefinition, parseDefinition } from "./definition.ts";
import { type PersistentQuery, type ServerState, observeServer, writersOf } from "./objects.ts";
import { type ObjectStep, planObjects } from "./plan.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";
import type { ProcessorIdentity, ProcessorObservation, RunningComputation } from "../processor.ts";
import { namingOf, type Naming, type Owner } from "./naming.ts";
import type { TopicAdmin } from "../plugin.ts";
import type { TopicIdentity } from "../../spec/names.ts";

export interface KsqldbOptions {
  /** URL of the server, without a trailing slash. */
  readonly url: string;
  /**
   * The owner of the stack's objects on a shared server: only those are ever replaced or dropped. Undefined if streamctl started the server
   * for the stack: then any conflicting object is.
   */
  readonly owner: Owner | undefined;
  readonly transactions: TopicIdentity;
  readonly transactionsPartitions: number;
  readonly windows: TopicIdentity;
  readonly topics: TopicAdmin;
  readonly declarations: Declarations;
}

export class KsqldbComputation {
  readonly options: KsqldbOptions;
  readonly declared: readonly Declared[];
  readonly wanted: ProcessorIdentity;
  readonly mark: string;
  readonly naming: Naming;

  constructor(options: KsqldbOptions) {
    this.options = options;
    const { declarations, transactions, windows } = options;
    this.naming = namingOf(options.owner);
    const queries = hashQueries(declarations, { ...options, naming: this.naming });
    const ids: ComputationMark = { owner: this.naming.mark, queries, transactionsTopicId: transactions.id, windowsTopicId: windows.id };
    this.mark = computationMark(ids);
    this.declared = this.render({ computation: this.mark, paidTransactionsTopic: this.naming.topicPrefix });
    this.wanted = this.#identity(ids, (declared) => declared.definition);
  }

  render(creation: CreationValues): readonly Declared[] {
    return readDeclared(this.options.declarations, { ...this.options, naming: this.naming }, creation);
  }

  observe(deadline: StepDeadline): Promise<ServerState> {
    return observeServer(this.options.url, this.declared, deadline);
  }

  /** @param topics names of all topics in Kafka */
  computations(server: ServerState, topics: readonly string[]): ProcessorObservation {
    const writers = writersOf(server, this.options.windows.name);
    const broken = this.#broken(server, topics);
    const computations = writers.map(({ id, statement }): RunningComputation => {
      const mark = this.#ownMark(statement);
      const updatable = mark === undefined ? undefined : this.#updatable(server, mark);
      return {
        id,
        state: "running",
        ...(mark === undefined ? {} : { identity: this.#identityOf(server, mark) }),
        ...(broken === undefined ? {} : { broken }),
        ...(updatable === undefined ? {} : { updatable }),
      };
    });
    // A table whose query ended shows which computation wrote the topic of windows.
    const left = [...server.objects.values()].map(({ statement }) => this.#ownMark(statement)).filter((mark) => mark !== undefined);
    return { computations, previous: writers.length > 0 ? [] : left.map((mark) => this.#identityOf(server, mark)) };
  }

  /** Queries that write to the topic of windows, or to an object that the steps drop. */
  conflictingQueries({ queries }: ServerState, steps: readonly ObjectStep[]): readonly PersistentQuery[] {
    const dropped = new Set(steps.filter(({ operation }) => operation.startsWith("terminate")).map(({ declared }) => declared.name));
    return queries.filter(({ topics, sinks }) => topics.includes(this.options.windows.name) || sinks.some((name) => dropped.has(name)));
  }

  /** Undefined if the statement does not belong to this stack. */
  #ownMark(statement: string): ComputationMark | undefined {
    const mark = readMark(statement);
    return mark?.owner === this.naming.mark ? mark : undefined;
  }

  #identityOf(server: ServerState, mark: ComputationMark): ProcessorIdentity {
    return this.#identity(mark, ({ name }) => {
      const object = server.objects.get(name);
      return object === undefined ? undefined : parseDefinition(object.statement);
    });
  }

  #identity(mark: ComputationMark, definitionOf: (declared: Declared) => Declared["definition"]): ProcessorIdentity {
    const hashes = this.declared.map((declared) => {
      const definition = definitionOf(declared);
      return declared.definition && definition ? hashDefinition(definition, declared.definition) : "";
    });
    const { transactionsTopicId, windowsTopicId } = mark;
    return { statements: shortHash([mark.queries, ...hashes].join("")), transactionsTopicId, windowsTopicId };
  }

  #broken({ queries }: ServerState, topics: readonly string[]): string | undefined {
    for (const { name, definition } of this.declared) {
      if (definition !== undefined) continue;
      const writing = queries.filter(({ sinks }) => sinks.includes(name));
      if (writing.length !== 1) return `${writing.length === 0 ? "no query writes" : `${writing.length} queries write`} ${name}`;
      if (writing[0]?.state === "PAUSED") return `the query of ${name} is paused`;
      const missing = writing[0]?.topics.find((topic) => !topics.includes(topic));
      if (missing !== undefined) return `topic "${missing}" does not exist`;
    }
    return undefined;
  }

  /** How definitions have to be extended; undefined if there is another difference, or none. */
  #updatable(server: ServerState, mark: ComputationMark): string | undefined {
    if (computationMark(mark) !== this.mark) return undefined;
    const steps = planObjects(this.declared, server, undefined).filter(({ operation }) => operation !== "unchanged");
    const [first] = steps;
    return first !== undefined && steps.every(({ operation }) => operation === "replace in place")
      ? `${first.declared.name}: ${first.cause}`
      : undefined;
  }
}
