/**
 * Pinot's schema and table as the files say. The table remembers, in its own metadata, from which topic it was filled and by which
 * declarations: a topic that was made anew, or another shape, means another table, because rows of the old one would stay for ever.
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
  /** Addresses without a slash at their end. */
  readonly controllerUrl: string;
  readonly brokerUrl: string;
  /** Bootstrap servers as Pinot's servers reach them, or `${NAME}` for the variable of Pinot's environment that holds them. */
  readonly brokers: string;
  readonly windows: TopicIdentity;
  /** Makes sure that Kafka answers and that the topic exists: Pinot takes minutes to refuse a table without either. */
  readonly requireTopic: (deadline: StepDeadline) => Promise<void>;
  readonly declarations: Declarations;
  readonly deadline: StepDeadline;
  readonly log: Log;
}

/** What a table is made of; kept in its `metadata.customConfigs`. */
export interface TableIdentity {
  readonly topicId: string;
  /** Hash of what decides about rows: schema, stream, transformations, upsert. */
  readonly shape: string;
  /** Hash of all of it. */
  readonly declarations: string;
}

export interface KeptTable extends TableIdentity {
  /** Servers that hold its segments and are gone for good, such as one that was named by a port that is not used any more. */
  readonly lostServers: readonly string[];
}

/** `unfinished`: it has a configuration and no segments. */
export type TableState = "absent" | "unfinished" | "foreign" | KeptTable;

export interface TablePlan {
  readonly result: "created" | "unchanged" | "updated" | "replaced";
  readonly cause: string;
}

/** Compares the table that is there with the one that is wanted. Pure. */
export function planTable(observed: TableState, wanted: TableIdentity): TablePlan {
  if (observed === "absent") return { result: "created", cause: "it is not there" };
  if (observed === "unfinished") return { result: "replaced", cause: "its creation was not finished" };
  if (observed === "foreign") return { result: "replaced", cause: "it was not made by streamctl" };
  if (observed.topicId !== wanted.topicId) return { result: "replaced", cause: "the topic of windows was made anew" };
  if (observed.shape !== wanted.shape) return { result: "replaced", cause: "its schema or the way of its rows changed" };
  if (observed.lostServers.length > 0) {
    return { result: "replaced", cause: `its segments are assigned to a server that is gone: ${observed.lostServers.join(", ")}` };
  }
  if (observed.declarations !== wanted.declarations) return { result: "updated", cause: "its settings changed" };
  return { result: "unchanged", cause: "it is there, with the same declarations and topic" };
}

/** A table and the schema of its name, as Pinot has them. */
export interface TableObservation {
  readonly table: TableState;
  readonly hasSchema: boolean;
}

/** Looks at the table, once an earlier creation has ended. @throws StreamctlError `unreachable`, `pinot`, `timeout`, `interrupted` */
export async function observeTable(options: PinotOptions, wanted: WantedTable): Promise<TableObservation> {
  const controller = new PinotController(options.controllerUrl, options.deadline);
  await controller.awaitEarlierCreation(wanted.name);
  const table = await observe(controller, wanted.name);
  return { table, hasSchema: await controller.hasSchema(wanted.schemaName) };
}

/** Has Pinot check a table without creating it. @throws StreamctlError `pinot` when it would refuse it, `unreachable`, `interrupted` */
export async function validateTable(
  controllerUrl: string,
  name: string,
  { schema, table }: Pick<WantedTable, "schema" | "table">,
  deadline: StepDeadline,
): Promise<void> {
  await new PinotController(controllerUrl, deadline).validate(name, schema, table);
}

/**
 * Makes schema and table what the files say, and returns once the table answers a query. Answers the plan that was carried out in the end:
 * a table whose segments are lost is replaced, since the topic keeps every record.
 *
 * @throws StreamctlError `pinot`, `unreachable`, `timeout`, `interrupted`
 */
export async function applyTable(plan: TablePlan, seen: TableObservation, wanted: WantedTable, options: PinotOptions): Promise<TablePlan> {
  const { deadline } = options;
  const controller = new PinotController(options.controllerUrl, deadline);
  await carryOut(plan, seen, wanted, controller, options);
  if (await untilQueryable(options.brokerUrl, wanted.name, controller, deadline)) return plan;
  const refill = { result: "replaced", cause: "the data of its segments is gone" } as const;
  await carryOut(refill, { ...seen, hasSchema: true }, wanted, controller, options);
  if (await untilQueryable(options.brokerUrl, wanted.name, controller, deadline)) return refill;
  throw new StreamctlError("pinot", `Cannot use Pinot table "${wanted.name}": Pinot cannot load its segments`, {
    hint: "Type `streamctl logs pinot`",
  });
}

/** What happens to the schema where that happens to its table. Pure. */
export function schemaResult({ result }: TablePlan, hadSchema: boolean): TablePlan["result"] {
  if (result === "updated") return "unchanged";
  return result === "created" && hadSchema ? "replaced" : result;
}

async function carryOut(
  plan: TablePlan,
  { hasSchema }: TableObservation,
  wanted: WantedTable,
  controller: PinotController,
  { log, deadline, requireTopic }: PinotOptions,
): Promise<void> {
  if (plan.result !== "unchanged") await controller.validate(wanted.name, wanted.schema, wanted.table);
  log.debug(`Pinot table "${wanted.name}": ${plan.result}, ${plan.cause}`);
  if (plan.result === "replaced") log.warn(`Pinot table "${wanted.name}" is replaced: ${plan.cause}`);
  // A schema without its table is what an interrupted replacement leaves: the schema may not be changed into the new one, and servers
  // may still hold some of the table.
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

/** Why a query of the table is not answered now; undefined where it is. @throws StreamctlError `unreachable`, `interrupted` */
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

/** The controller has the table, so a broker that knows none of that name is about to hear of it. */
function mayPass({ retryable, facts }: StreamctlError): boolean {
  return retryable || facts.engineCode === queryErrorCodes.tableUnknown;
}

function unusable(table: string, why: string, cause: unknown): StreamctlError {
  return new StreamctlError("pinot", `Cannot use Pinot table "${table}": ${why}`, { cause, hint: "Type `streamctl logs pinot`" });
}

/** A server that lost sight of the table for longer than this will not find it again by itself. */
const lostTableMs = 3000;

/**
 * Returns when the table answers queries from all of its segments: true, or false where it never will, because a server could not load a
 * segment, as when its files are gone.
 *
 * @throws StreamctlError `pinot` at once where Pinot refuses the query itself, otherwise when the deadline passes; `unreachable`, `interrupted`
 */
async function untilQueryable(brokerUrl: string, table: string, controller: PinotController, deadline: StepDeadline): Promise<boolean> {
  let unloaded = 0;
  let refusal: StreamctlError | undefined;
  let resetAtMs = performance.now() + lostTableMs;
  const look = async (): Promise<boolean | undefined> => {
    refusal = await refusalOf(brokerUrl, table, deadline);
    if (refusal !== undefined && !mayPass(refusal)) throw unusable(table, refusal.message, refusal);
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
    return await pollUntil(look, waitOptions(deadline, `Pinot to serve table "${table}"`));
  } catch (error) {
    if (!hasCode(error, "timeout")) throw error;
    const unserved = unloaded > 0 ? `${unloaded} of its segments are not loaded` : error.message;
    throw unusable(table, refusal?.message ?? unserved, error);
  }
}

/** Schema and table as the files say, for one topic. */
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

/** Reads the files. @throws StreamctlError `usage` for files that are no JSON, lack a name, or name unknown values */
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
  const kept = at(table, "metadata", "customConfigs");
  const topicId = stringAt(kept, keys.topicId);
  const shape = stringAt(kept, keys.shape);
  const declarations = stringAt(kept, keys.declarations);
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
  if (!isObject(json)) throw new StreamctlError("usage", `Cannot read "${file}": it is no JSON object`);
  return json;
}

/** Sixteen hexadecimal digits; the order of fields in the files counts, spacing does not. */
function hash(value: unknown): string {
  return shortHash(JSON.stringify(value));
}
