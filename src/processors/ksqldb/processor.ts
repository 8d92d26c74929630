/**
 * Runs the computation as streams and tables of a ksqlDB server. The server stores its queries and restarts them itself, so their state is
 * compared with the declarations; each statement contains its owner (`declarations.ts`). If a relevant part differs, all queries are
 * recreated and start from the earliest record, which is harmless: every record that they write contains the full totals of its window.
 */

import { randomUUID } from "node:crypto";
import { hasCode } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Operation, OperationKind } from "../../core/resource.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";
import { KsqldbComputation, type KsqldbOptions } from "./computation.ts";
import { dropObjects, writingQueries, createObjects, terminateQueries, waitUntilRunning } from "./change.ts";
import { type Declared, declaredFor, readMark } from "./declarations.ts";
import { namingOf } from "./naming.ts";
import { type PersistentQuery, type ServerState, listQueries, queryErrors, writersOf } from "./objects.ts";
import { isOwnQuery, type ObjectStep, planObjects, requireOwnQueries } from "./plan.ts";
import { readServerInfo } from "./server.ts";
import { warnOfSettings } from "./settings.ts";
import { retentionMs } from "./topic-config.ts";
import { validateSteps } from "./validation.ts";
import { planProcessor, type Processor, type ProcessorPlan, startsComputation } from "../processor.ts";

/** @throws StreamctlError `usage` for an invalid file in `ksql/` */
export function createKsqldbProcessor(options: KsqldbOptions): Processor {
  const computation = new KsqldbComputation(options);
  const { url, windows } = options;
  return {
    name: "ksqldb",
    computation: windows.name,
    wanted: computation.wanted,
    async observe(deadline) {
      const [server, topics] = await Promise.all([computation.observe(deadline), options.topics.list(deadline)]);
      return { ...computation.computations(server, topics), details: { server, topics } satisfies KsqldbObservation };
    },
    // The server stores its queries in Kafka and restarts them.
    afterRestart: (last) => ({
      computations: last === undefined ? [] : [{ id: windows.name, state: "running", identity: last }],
      previous: [],
    }),
    // The observation may come from a processor for other topic ids: evaluate it again for these.
    plan(observed) {
      const observation = observed.details as KsqldbObservation | undefined;
      if (observation === undefined) return planProcessor(observed, computation.wanted);
      const evaluated = computation.computations(observation.server, observation.topics);
      return planProcessor({ ...evaluated, previous: [...evaluated.previous, ...observed.previous] }, computation.wanted);
    },
    parts: (plan, { details }) => partsOf(computation, plan, (details as KsqldbObservation | undefined)?.server),
    async validate(deadline) {
      const server = await computation.observe(deadline);
      const version = (await readServerInfo(url, deadline)).version;
      const trial = { ...options, windows: { ...windows, name: `${windows.name}-${randomUUID()}` } };
      const steps = planObjects(declaredFor(version, new KsqldbComputation(trial).declared), server, "to be validated");
      requireOwnQueriesIfShared(computation, steps, server);
      const inserts = computation.conflictingQueries(server, steps).filter(({ statement }) => /^insert\b/iu.test(statement));
      await validateSteps(
        url,
        steps,
        inserts.map(({ id }) => id),
        deadline,
      );
    },
    async apply(plan, deadline, log) {
      if (startsComputation(plan)) await rebuild(computation, await computation.observe(deadline), plan.cause, deadline, log);
      else if (plan.operation === "update") {
        const server = await computation.observe(deadline);
        const steps = planObjects(computation.declared, server, undefined);
        requireOwnQueriesIfShared(computation, steps, server);
        await createObjects(url, steps, deadline, log);
      }
      await waitUntilRunning(url, computation.declared, deadline);
    },
    async stop(deadline) {
      const writers = writersOf({ queries: await listQueries(url, deadline) }, windows.name);
      requireOwnQueriesIfShared(computation, [], { queries: writers });
      const ids = writers.map(({ id }) => id);
      await terminateQueries(url, ids, deadline);
      return ids;
    },
    async health(deadline) {
      try {
        return await healthOf(computation, deadline);
      } catch (error) {
        // A server that answers with an error is reachable, but not healthy.
        if (!hasCode(error, "processor")) throw error;
        return { healthy: false, detail: error.message };
      }
    },
  };
}

/** The observed state of a server, and the topics in its Kafka. */
interface KsqldbObservation {
  readonly server: ServerState;
  readonly topics: readonly string[];
}

/** @param server the state of the server; undefined if it was not asked: then it is assumed to be unchanged */
function partsOf({ declared }: KsqldbComputation, plan: ProcessorPlan, server: ServerState | undefined): readonly Operation[] {
  const target = ({ kind, name }: Declared) => ({ kind: kind.toLowerCase(), name });
  if (server === undefined) {
    const operation = plan.operation === "unchanged" ? "keep" : plan.operation;
    return declared.map((one) => ({ operation, ...target(one), cause: plan.cause }));
  }
  return planObjects(declared, server, startsComputation(plan) ? plan.cause : undefined).map(({ operation, declared: one, cause }) => ({
    operation: partOperations[operation],
    ...target(one),
    cause: operation === "terminate, drop and recreate" ? `${cause}: terminated, dropped and recreated` : cause,
  }));
}

const partOperations = {
  unchanged: "keep",
  create: "create",
  "replace in place": "update",
  "terminate, drop and recreate": "replace",
} as const satisfies Record<ObjectStep["operation"], OperationKind>;

/**
 * Drops all objects that streamctl created on a server for one stack: queries, streams, tables and intermediate topics. Keeps the topics of
 * transactions and of windows. Returns the names of the dropped streams and tables.
 *
 * @throws StreamctlError `processor` if a query of another owner reads one of them, `unreachable`
 */
export async function removeOwnObjects(options: KsqldbOptions, deadline: StepDeadline): Promise<readonly string[]> {
  const computation = new KsqldbComputation(options);
  const server = await computation.observe(deadline);
  const steps = computation.declared
    .filter(({ name }) => server.objects.has(name))
    .map((declared): ObjectStep => ({ operation: "terminate, drop and recreate", declared, cause: "requested" }));
  await dropAll(
    computation,
    computation.conflictingQueries(server, steps).filter((query) => isOwnQuery(query, computation.naming)),
    steps,
    deadline,
  );
  requireNoLegacyQueries(computation, server);
  return steps.map(({ declared }) => declared.name);
}

/** @throws StreamctlError `processor` on a shared server if a query of another owner conflicts with the steps */
function requireOwnQueriesIfShared(
  { options, naming }: KsqldbComputation,
  steps: readonly ObjectStep[],
  server: Pick<ServerState, "queries">,
): void {
  if (options.owner !== undefined) requireOwnQueries(steps, server, options.windows.name, { url: options.url, naming });
}

/** Objects of older versions of streamctl have names shared by all stacks, so their owner is unknown. None of them may write to the topic of windows. */
function requireNoLegacyQueries({ options: { url, windows }, naming }: KsqldbComputation, server: ServerState): void {
  const older = writersOf(server, windows.name).filter(({ statement }) => readMark(statement)?.owner === "");
  if (naming.mark !== "") requireOwnQueries([], { queries: older }, windows.name, { url, naming });
}

async function rebuild(
  computation: KsqldbComputation,
  server: ServerState,
  cause: string,
  deadline: StepDeadline,
  log: Log,
): Promise<void> {
  const { url, owner } = computation.options;
  const paidTransactionsTopic = `${computation.naming.topicPrefix}${randomUUID().slice(0, 8)}`;
  const { version } = await readServerInfo(url, deadline);
  const steps = planObjects(
    declaredFor(version, computation.render({ computation: computation.mark, paidTransactionsTopic })),
    server,
    cause,
  );
  if (owner !== undefined) {
    requireOwnQueriesIfShared(computation, steps, server);
    log.info(`Objects of this stack on ksqlDB at ${url}: ${computation.declared.map(({ name }) => name).join(", ")}`);
    await warnOfSettings(url, log, deadline);
  }
  for (const { operation, declared, cause: why } of steps) {
    if (operation.startsWith("terminate")) log.info(`${declared.kind.toLowerCase()} ${declared.name}: ${operation}: ${why}`);
  }
  await dropAll(computation, computation.conflictingQueries(server, steps), steps, deadline);
  if (owner !== undefined) await removeUnsharedTopics(computation, deadline);
  await createOwnTopic(computation, paidTransactionsTopic, deadline);
  await createObjects(url, steps, deadline, log);
}

/**
 * Removes what the stack's own server left in Kafka before the stack moved to a shared one. An older version of streamctl gave its topics
 * the same names on a shared server, where their queries still write them.
 */
async function removeUnsharedTopics({ options: { url, topics } }: KsqldbComputation, deadline: StepDeadline): Promise<void> {
  const { topicPrefix } = namingOf(undefined);
  const left = (await topics.list(deadline)).filter((topic) => topic.startsWith(topicPrefix));
  if (left.length === 0) return;
  const queries = await listQueries(url, deadline);
  for (const topic of left) if (writersOf({ queries }, topic).length === 0) await topics.remove(topic, deadline);
}

async function createOwnTopic(
  { options: { topics, transactionsPartitions } }: KsqldbComputation,
  name: string,
  deadline: StepDeadline,
): Promise<void> {
  await topics.create(name, transactionsPartitions, { "retention.ms": String(retentionMs), "cleanup.policy": "delete" }, deadline);
}

async function dropAll(
  computation: KsqldbComputation,
  queries: readonly PersistentQuery[],
  steps: readonly ObjectStep[],
  deadline: StepDeadline,
): Promise<void> {
  const { url, topics } = computation.options;
  const isOwn = (topic: string): boolean => topic.startsWith(computation.naming.topicPrefix);
  // A query ends only after it has flushed its pending writes, so recreate a deleted intermediate topic until then.
  const existing = await topics.list(deadline);
  const written = queries.flatMap((query) => query.topics).filter(isOwn);
  for (const name of written) if (!existing.includes(name)) await createOwnTopic(computation, name, deadline);
  await terminateQueries(
    url,
    queries.map(({ id }) => id),
    deadline,
  );
  await dropObjects(url, steps, deadline);
  for (const name of await topics.list(deadline)) if (isOwn(name)) await topics.remove(name, deadline);
}

async function healthOf({ options, declared }: KsqldbComputation, deadline: StepDeadline) {
  const [queries, topics] = await Promise.all([listQueries(options.url, deadline), options.topics.list(deadline)]);
  const writers = writersOf({ queries }, options.windows.name);
  if (writers.length !== 1) return { healthy: false, detail: writers.length === 0 ? "no query" : `${writers.length} queries` };
  const writing = writingQueries(declared, queries);
  const running = writing.filter((query) => query?.state === "RUNNING").length;
  const detail = `${running} of ${writing.length} queries running`;
  // A query whose topic was deleted keeps running without writing anything.
  const missing = writing.flatMap((query) => query?.topics ?? []).find((topic) => !topics.includes(topic));
  if (missing !== undefined) return { healthy: false, detail: `${detail}: topic "${missing}" does not exist` };
  const failing = writing.find((query) => query !== undefined && query.state !== "RUNNING");
  const [reason] = failing === undefined ? [] : await queryErrors(options.url, failing.id, deadline);
  const why = failing === undefined ? "" : `: ${failing.id} is ${failing.state}${reason === undefined ? "" : ` (${reason})`}`;
  return { healthy: running === writing.length, detail: `${detail}${why}` };
}
