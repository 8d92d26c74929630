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
import { KsqldbChain, type KsqldbOptions } from "./chain.ts";
import { drop, fillingQueries, make, terminate, waitUntilRunning } from "./change.ts";
import { type Declared, declaredFor, readMark } from "./declarations.ts";
import { type HeldQuery, type HeldState, listQueries, queryErrors, writersOf } from "./objects.ts";
import { isOurQuery, type ObjectStep, planObjects, requireOwn } from "./plan.ts";
import { readServerInfo } from "./server.ts";
import { warnOfSettings } from "./settings.ts";
import { retentionMs } from "./topic-config.ts";
import { validateSteps } from "./validation.ts";
import { planProcessor, type Processor, type ProcessorPlan, startsAnew } from "../processor.ts";

/** @throws StreamctlError `usage` for an invalid file in `ksql/` */
export function createKsqldbProcessor(options: KsqldbOptions): Processor {
  const chain = new KsqldbChain(options);
  const { url, windows } = options;
  return {
    name: "ksqldb",
    computation: windows.name,
    wanted: chain.wanted,
    async observe(deadline) {
      const [held, topics] = await Promise.all([chain.look(deadline), options.topics.list(deadline)]);
      return { ...chain.computations(held, topics), held: { objects: held, topics } satisfies Seen };
    },
    // The server stores its queries in Kafka and restarts them.
    afterRestart: (last) => ({
      computations: last === undefined ? [] : [{ id: windows.name, state: "running", identity: last }],
      former: [],
    }),
    // The observation may come from a processor for other topic ids: evaluate it again for these.
    plan(observed) {
      const seen = observed.held as Seen | undefined;
      return planProcessor(seen ? chain.computations(seen.objects, seen.topics) : observed, chain.wanted);
    },
    parts: (plan, { held }) => partsOf(chain, plan, (held as Seen | undefined)?.objects),
    async validate(deadline) {
      const held = await chain.look(deadline);
      const version = (await readServerInfo(url, deadline)).version;
      const trial = { ...options, windows: { ...windows, name: `${windows.name}-${randomUUID()}` } };
      const steps = planObjects(declaredFor(version, new KsqldbChain(trial).declared), held, "to be validated");
      requireOwnIfShared(chain, steps, held);
      const inserts = chain.queriesInTheWay(held, steps).filter(({ statement }) => /^insert\b/iu.test(statement));
      await validateSteps(
        url,
        steps,
        inserts.map(({ id }) => id),
        deadline,
      );
    },
    async apply(plan, deadline, log) {
      if (startsAnew(plan)) await rebuild(chain, await chain.look(deadline), plan.cause, deadline, log);
      else if (plan.operation === "update") {
        const held = await chain.look(deadline);
        const steps = planObjects(chain.declared, held, undefined);
        requireOwnIfShared(chain, steps, held);
        await make(url, steps, deadline, log);
      }
      await waitUntilRunning(url, chain.declared, deadline);
    },
    async stop(deadline) {
      const writers = writersOf({ queries: await listQueries(url, deadline) }, windows.name);
      requireOwnIfShared(chain, [], { queries: writers });
      const ids = writers.map(({ id }) => id);
      await terminate(url, ids, deadline);
      return ids;
    },
    async health(deadline) {
      try {
        return await healthOf(chain, deadline);
      } catch (error) {
        // A server that answers with an error is reachable, but not healthy.
        if (!hasCode(error, "processor")) throw error;
        return { healthy: false, detail: error.message };
      }
    },
  };
}

/** The observed state of a server, and the topics in its Kafka. */
interface Seen {
  readonly objects: HeldState;
  readonly topics: readonly string[];
}

/** @param held the state of the server; undefined if it was not asked: then it is assumed to be unchanged */
function partsOf({ declared }: KsqldbChain, plan: ProcessorPlan, held: HeldState | undefined): readonly Operation[] {
  const target = ({ kind, name }: Declared) => ({ kind: kind.toLowerCase(), name });
  if (held === undefined) {
    const operation = plan.operation === "unchanged" ? "keep" : plan.operation;
    return declared.map((one) => ({ operation, ...target(one), cause: plan.cause }));
  }
  return planObjects(declared, held, startsAnew(plan) ? plan.cause : undefined).map(({ operation, declared: one, cause }) => ({
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
  const chain = new KsqldbChain(options);
  const held = await chain.look(deadline);
  const steps = chain.declared
    .filter(({ name }) => held.objects.has(name))
    .map((declared): ObjectStep => ({ operation: "terminate, drop and recreate", declared, cause: "requested" }));
  await dropAll(
    chain,
    chain.queriesInTheWay(held, steps).filter((query) => isOurQuery(query, chain.naming)),
    steps,
    deadline,
  );
  requireNothingOlder(chain, held);
  return steps.map(({ declared }) => declared.name);
}

/** @throws StreamctlError `processor` on a shared server if a query of another owner conflicts with the steps */
function requireOwnIfShared({ options, naming }: KsqldbChain, steps: readonly ObjectStep[], held: Pick<HeldState, "queries">): void {
  if (options.owner !== undefined) requireOwn(steps, held, options.windows.name, { url: options.url, naming });
}

/** Objects of older versions of streamctl have names shared by all stacks, so their owner is unknown. None of them may write to the topic of windows. */
function requireNothingOlder({ options: { url, windows }, naming }: KsqldbChain, held: HeldState): void {
  const older = writersOf(held, windows.name).filter(({ statement }) => readMark(statement)?.owner === "");
  if (naming.mark !== "") requireOwn([], { queries: older }, windows.name, { url, naming });
}

async function rebuild(chain: KsqldbChain, held: HeldState, cause: string, deadline: StepDeadline, log: Log): Promise<void> {
  const { url, owner } = chain.options;
  const paidTransactionsTopic = `${chain.naming.topicPrefix}${randomUUID().slice(0, 8)}`;
  const { version } = await readServerInfo(url, deadline);
  const steps = planObjects(declaredFor(version, chain.render({ computation: chain.mark, paidTransactionsTopic })), held, cause);
  if (owner !== undefined) {
    requireOwnIfShared(chain, steps, held);
    log.info(`Objects of this stack on ksqlDB at ${url}: ${chain.declared.map(({ name }) => name).join(", ")}`);
    await warnOfSettings(url, log, deadline);
  }
  for (const { operation, declared, cause: why } of steps) {
    if (operation.startsWith("terminate")) log.info(`${declared.kind.toLowerCase()} ${declared.name}: ${operation}: ${why}`);
  }
  await dropAll(chain, chain.queriesInTheWay(held, steps), steps, deadline);
  await createOwnTopic(chain, paidTransactionsTopic, deadline);
  await make(url, steps, deadline, log);
}

async function createOwnTopic(
  { options: { topics, transactionsPartitions } }: KsqldbChain,
  name: string,
  deadline: StepDeadline,
): Promise<void> {
  await topics.create(name, transactionsPartitions, { "retention.ms": String(retentionMs), "cleanup.policy": "delete" }, deadline);
}

async function dropAll(
  chain: KsqldbChain,
  queries: readonly HeldQuery[],
  steps: readonly ObjectStep[],
  deadline: StepDeadline,
): Promise<void> {
  const { url, topics } = chain.options;
  const isOwn = (topic: string): boolean => topic.startsWith(chain.naming.topicPrefix);
  // A query ends only after it has flushed its pending writes, so recreate a deleted intermediate topic until then.
  const there = await topics.list(deadline);
  const written = queries.flatMap((query) => query.topics).filter(isOwn);
  for (const name of written) if (!there.includes(name)) await createOwnTopic(chain, name, deadline);
  await terminate(
    url,
    queries.map(({ id }) => id),
    deadline,
  );
  await drop(url, steps, deadline);
  for (const name of await topics.list(deadline)) if (isOwn(name)) await topics.remove(name, deadline);
}

async function healthOf({ options, declared }: KsqldbChain, deadline: StepDeadline) {
  const [queries, topics] = await Promise.all([listQueries(options.url, deadline), options.topics.list(deadline)]);
  const writers = writersOf({ queries }, options.windows.name);
  if (writers.length !== 1) return { healthy: false, detail: writers.length === 0 ? "no query" : `${writers.length} queries` };
  const filling = fillingQueries(declared, queries);
  const running = filling.filter((query) => query?.state === "RUNNING").length;
  const detail = `${running} of ${filling.length} queries running`;
  // A query whose topic was deleted keeps running without writing anything.
  const gone = filling.flatMap((query) => query?.topics ?? []).find((topic) => !topics.includes(topic));
  if (gone !== undefined) return { healthy: false, detail: `${detail}: topic "${gone}" does not exist` };
  const failing = filling.find((query) => query !== undefined && query.state !== "RUNNING");
  const [reason] = failing === undefined ? [] : await queryErrors(options.url, failing.id, deadline);
  const why = failing === undefined ? "" : `: ${failing.id} is ${failing.state}${reason === undefined ? "" : ` (${reason})`}`;
  return { healthy: running === filling.length, detail: `${detail}${why}` };
}
