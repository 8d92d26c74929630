/**
 * Creates, updates and replaces Pinot's schema and table according to the declarations. The table's metadata records the id of its topic
 * and hashes of its declarations. If the topic was recreated or the shape of rows changed, the table is replaced: Pinot would otherwise
 * keep the rows of the old one.
 */

import type { Declarations } from "../../core/assets.ts";
import { hasCode, messageOf, StreamctlError } from "../../core/errors.ts";
import { at, isObject, type JsonObject, stringAt } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import { shortHash } from "../../core/short-hash.ts";
import { renderTemplate } from "../../core/template.ts";
import { pollUntil } from "../../core/wait.ts";
import { windowsTable, type TopicIdentity } from "../../spec/names.ts";
import { type StepDeadline, remainingMs, waitOptions } from "../../core/step-deadline.ts";
import { queryPinot } from "./broker.ts";
import { PinotController } from "./controller.ts";
import { queryErrorCodes } from "./query-errors.ts";

export interface PinotOptions {
  /** URLs without a trailing slash. */
  readonly controllerUrl: string;
  readonly brokerUrl: string;
  /** Kafka's bootstrap servers as observation by Pinot, or `${NAME}` to read them from Pinot's environment. */
  readonly brokers: string;
  readonly windows: TopicIdentity;
  /** Checks that Kafka is reachable and that the topic exists: without either, Pinot takes minutes to reject a table. */
  readonly requireTopic: (deadline: StepDeadline) => Promise<void>;
  readonly declarations: Declarations;
  readonly deadline: StepDeadline;
  readonly log: Log;
}

/** Identifies the data and declarations of a table; stored in its `metadata.customConfigs`. */
export interface TableIdentity {
  readonly topicId: string;
  /** Hash of the declarations that determine the rows: schema, stream, transformations, upsert. */
  readonly shape: string;
  /** Hash of all declarations. */
  readonly declarations: string;
}

export interface ManagedTable extends TableIdentity {
  /** Servers with segments of the table that will not return, such as a server whose name contains a port that is no longer used. */
  readonly lostServers: readonly string[];
}

/** `unfinished`: it has a configuration but no segments. `foreign`: streamctl did not create it. */
export type TableState = "absent" | "unfinished" | "foreign" | ManagedTable;

export interface TablePlan {
  readonly result: "created" | "unchanged" | "updated" | "replaced";
  readonly cause: string;
}

/** Compares the existing table with the declared one. Pure. */
export function planTable(observed: TableState, wanted: TableIdentity): TablePlan {
  if (observed === "absent") return { result: "created", cause: "it does not exist" };
  if (observed === "unfinished") return { result: "replaced", cause: "its creation did not complete" };
  if (observed === "foreign") return { result: "replaced", cause: "it was not created by streamctl" };
  if (observed.topicId !== wanted.topicId) return { result: "replaced", cause: "the topic of windows was recreated" };
  if (observed.shape !== wanted.shape) return { result: "replaced", cause: "its schema or ingestion settings changed" };
  if (observed.lostServers.length > 0) {
    return { result: "replaced", cause: `its segments are assigned to a server that no longer exists: ${observed.lostServers.join(", ")}` };
  }
  if (observed.declarations !== wanted.declarations) return { result: "updated", cause: "its settings changed" };
  return { result: "unchanged", cause: "its declarations and topic are unchanged" };
}

/** The state of a table and its schema in Pinot. */
export interface TableObservation {
  readonly table: TableState;
  readonly hasSchema: boolean;
}

/** Reads the table. A pending creation is not visible yet. @throws StreamctlError `unreachable`, `pinot`, `interrupted` */
export async function observeTable(options: PinotOptions, wanted: WantedTable): Promise<TableObservation> {
  const controller = new PinotController(options.controllerUrl, options.deadline);
  const table = await observe(controller, wanted.name);
  return { table, hasSchema: await controller.hasSchema(wanted.schemaName) };
}

/** Asks Pinot to validate a table without creating it. @throws StreamctlError `pinot` for an invalid table, `unreachable`, `interrupted` */
export async function validateTable(
  controllerUrl: string,
  name: string,
  { schema, table }: Pick<WantedTable, "schema" | "table">,
  deadline: StepDeadline,
): Promise<void> {
  await new PinotController(controllerUrl, deadline).validate(name, schema, table);
}

/**
 * Executes a plan and waits until the table answers a query. Returns the plan that was executed, which may differ: an earlier creation may
 * complete first, and a table whose segments are lost is replaced, because the topic still has every record.
 *
 * @param planned from an observation, which may be older than the end of an earlier creation
 * @throws StreamctlError `pinot`, `unreachable`, `timeout`, `interrupted`
 */
export async function applyTable(
  planned: TablePlan,
  observed: TableObservation,
  wanted: WantedTable,
  options: PinotOptions,
): Promise<TablePlan> {
  const { deadline } = options;
  const controller = new PinotController(options.controllerUrl, deadline);
  const waited = planned.result !== "unchanged" && (await controller.awaitPendingCreation(wanted.name));
  const observation = waited ? await observeTable(options, wanted) : observed;
  const plan = waited ? planTable(observation.table, wanted.identity) : planned;
  await executePlan(plan, observation, wanted, controller, options);
  if (await awaitQueryable(options.brokerUrl, wanted.name, controller, deadline)) return plan;
  const refill = { result: "replaced", cause: "the data of its segments is lost" } as const;
  await executePlan(refill, { ...observation, hasSchema: true }, wanted, controller, options);
  if (await awaitQueryable(options.brokerUrl, wanted.name, controller, deadline)) return refill;
  throw new StreamctlError("pinot", `Cannot use Pinot table "${wanted.name}": Pinot cannot load its segments`, {
    hint: "Run: streamctl logs pinot",
  });
}

/** The result for the schema, given the plan for its table. Pure. */
export function schemaResult({ result }: TablePlan, hadSchema: boolean): TablePlan["result"] {
  if (result === "updated") return "unchanged";
  return result === "created" && hadSchema ? "replaced" : result;
}

async function executePlan(
  plan: TablePlan,
  { hasSchema }: TableObservation,
  wanted: WantedTable,
  controller: PinotController,
  { log, deadline, requireTopic }: PinotOptions,
): Promise<void> {
  if (plan.result !== "unchanged") await controller.validate(wanted.name, wanted.schema, wanted.table);
  log.debug(`Pinot table "${wanted.name}": ${plan.result}, ${plan.cause}`);
  if (plan.result === "replaced") log.warn(`Pinot table "${wanted.name}" is replaced: ${plan.cause}`);
  // An interrupted replacement leaves a schema without a table. Pinot might refuse to change that schema into the new one, and servers
  // may still have segments of the table.
  if (plan.result === "replaced" || (plan.result === "created" && hasSchema)) {
    await controller.deleteTable(wanted.name);
    await controller.deleteSchema(wanted.schemaName);
  }
  if (plan.result === "updated") await controller.updateTable(wanted.name, wanted.table);
  if (plan.result === "created" || plan.result === "replaced") {
    await controller.dropLostInstances();
    await controller.putSchema(wanted.schemaName, wanted.schema);
    await requireTopic(deadline);
    await controller.createTable(wanted.name, wanted.table);
  }
}

/** The error of a test query; undefined if it succeeds. @throws StreamctlError `unreachable`, `interrupted` */
async function refusalOf(brokerUrl: string, table: string, deadline: StepDeadline): Promise<StreamctlError | undefined> {
  const timeoutMs = Math.min(remainingMs(deadline), 5000);
  try {
    await queryPinot({ brokerUrl, sql: `SELECT COUNT(*) FROM ${table}`, timeoutMs, proven: true, signal: deadline.signal });
    return undefined;
  } catch (error) {
    if (hasCode(error, "pinot")) return error;
    throw error;
  }
}

function unusable(table: string, why: string, cause: unknown): StreamctlError {
  return new StreamctlError("pinot", `Cannot use Pinot table "${table}": ${why}`, { cause, hint: "Run: streamctl logs pinot" });
}

/** A server that reports the table as missing for longer than this does not recover until its segments are reset. */
const missingTableGraceMs = 3000;

/**
 * Waits until the table answers queries from all of its segments. Returns false if a server failed to load a segment, for example because
 * its files are missing: Pinot does not retry that.
 *
 * @throws StreamctlError `pinot` immediately if Pinot rejects the query itself, otherwise at the deadline; `unreachable`, `interrupted`
 */
async function awaitQueryable(brokerUrl: string, table: string, controller: PinotController, deadline: StepDeadline): Promise<boolean> {
  let unloaded = 0;
  let refusal: StreamctlError | undefined;
  let resetAtMs = performance.now() + missingTableGraceMs;
  const look = async (): Promise<boolean | undefined> => {
    refusal = await refusalOf(brokerUrl, table, deadline);
    if (refusal !== undefined && !refusal.retryable) throw unusable(table, refusal.message, refusal);
    const isLate = performance.now() >= resetAtMs;
    const { count, failed } = refusal === undefined || isLate ? await controller.unservedSegments(table) : { count: 0, failed: false };
    if (failed) return false;
    if (refusal === undefined && count === 0) return true;
    if (isLate && refusal?.facts.engineCode === queryErrorCodes.serverTableMissing) {
      resetAtMs = Number.POSITIVE_INFINITY;
      await controller.resetSegments(table);
    }
    unloaded = count;
    return undefined;
  };
  try {
    return await pollUntil(look, { ...waitOptions(deadline, `Pinot to serve table "${table}"`), maxIntervalMs: 50 });
  } catch (error) {
    if (!hasCode(error, "timeout")) throw error;
    const unserved = unloaded > 0 ? `${unloaded} of its segments are not loaded` : error.message;
    throw unusable(table, refusal?.message ?? unserved, error);
  }
}

/** The declared schema and table, for one topic. */
export interface WantedTable {
  readonly name: string;
  readonly schemaName: string;
  readonly schema: JsonObject;
  readonly table: JsonObject;
  readonly identity: TableIdentity;
}

const schemaFile = "pinot/schema.json";
const tableFile = "pinot/table.json";
const keys = { topicId: "streamctl.windows-topic-id", shape: "streamctl.shape", declarations: "streamctl.declarations" } as const;

/** Reads the declarations. @throws StreamctlError `usage` for a file that is not JSON, has no name, or uses an unknown template value */
export function readTable(options: Pick<PinotOptions, "windows" | "brokers" | "declarations">): WantedTable {
  const values = { table: windowsTable, windowsTopic: options.windows.name, brokers: options.brokers };
  const read = (file: string) => parseObject(renderTemplate(options.declarations.read(file), values, file), file);
  const schema = read(schemaFile);
  const table = read(tableFile);
  const name = stringAt(table, "tableName");
  const schemaName = stringAt(schema, "schemaName");
  if (name === undefined) throw new StreamctlError("usage", `Cannot use "${tableFile}": it has no tableName`);
  if (schemaName === undefined) throw new StreamctlError("usage", `Cannot use "${schemaFile}": it has no schemaName`);
  const shape = hash([
    schema,
    table["segmentsConfig"],
    at(table, "tableIndexConfig", "streamConfigs"),
    table["ingestionConfig"],
    table["upsertConfig"],
  ]);
  const identity = { topicId: options.windows.id, shape, declarations: hash([schema, table]) };
  const custom = at(table, "metadata", "customConfigs");
  const customConfigs = {
    ...(isObject(custom) ? custom : {}),
    [keys.topicId]: identity.topicId,
    [keys.shape]: identity.shape,
    [keys.declarations]: identity.declarations,
  };
  return { name, schemaName, schema, table: { ...table, metadata: { customConfigs } }, identity };
}

async function observe(controller: PinotController, name: string): Promise<TableState> {
  const table = await controller.table(name);
  if (table === undefined) return "absent";
  if (!(await controller.isAssigned(name))) return "unfinished";
  const stored = at(table, "metadata", "customConfigs");
  const topicId = stringAt(stored, keys.topicId);
  const shape = stringAt(stored, keys.shape);
  const declarations = stringAt(stored, keys.declarations);
  if (topicId === undefined || shape === undefined || declarations === undefined) return "foreign";
  return { topicId, shape, declarations, lostServers: await controller.lostServers(name) };
}

function parseObject(text: string, file: string): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new StreamctlError("usage", `Cannot read "${file}": ${messageOf(error)}`, { cause: error });
  }
  if (!isObject(json)) throw new StreamctlError("usage", `Cannot read "${file}": it is not a JSON object`);
  return json;
}

/** Sixteen hexadecimal digits. Depends on the order of fields in the files, but not on white space. */
function hash(value: unknown): string {
  return shortHash(JSON.stringify(value));
}
