/**
 * Statements that show what a server has, such as SHOW QUERIES and DESCRIBE. They change nothing, and return one document instead of rows.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-rest-api/ksql-endpoint/
 */

import { StreamctlError } from "../../core/errors.ts";
import { arrayAt, at, isObject, type JsonObject, stringAt } from "../../core/json.ts";
import { sqlParts } from "../../core/sql-text.ts";
import { withinStep } from "../../core/step-deadline.ts";
import type { QueriedTable } from "../plugin.ts";
import { quoted as quotedName } from "./declarations.ts";
import type { KsqldbAnswer } from "./query.ts";
import { refusalError, refusalOf } from "./refusal.ts";
import { ask } from "./server.ts";

const answerTimeoutMs = 30_000;

const quoted = new RegExp(Object.values(sqlParts).join("|"), "gu");

/** Whether a statement only shows something. @throws StreamctlError `usage` for several statements: another one might change something */
export function isInspection(sql: string): boolean {
  const plain = sql.replaceAll(quoted, " ");
  if (!/^\s*(?:show|list|describe|explain)\b/iu.test(plain)) return false;
  if (!plain.includes(";")) return true;
  throw new StreamctlError("usage", "Cannot run several statements at once", { hint: "Run one statement at a time" });
}

/** Runs such a statement. @throws StreamctlError `processor` if ksqlDB rejects it, `unreachable`, `interrupted` */
export async function inspectKsqldb(url: string, sql: string, signal: AbortSignal): Promise<KsqldbAnswer> {
  const answer = await withinStep(answerTimeoutMs, signal, async (deadline) => await ask(url, sql, deadline));
  if (answer.status !== 200) {
    const refusal = refusalOf(answer);
    throw refusalError(`Cannot query ksqlDB: ${refusal.reason}`, refusal, { facts: { status: answer.status } });
  }
  const { columns, rows } = tableOf(at(answer.json, 0));
  return { columns, rows: all(rows) };
}

/** Streams and tables with their columns. @throws StreamctlError as {@link inspectKsqldb} */
export async function listTables(url: string, signal: AbortSignal): Promise<readonly QueriedTable[]> {
  return await withinStep(answerTimeoutMs, signal, async (deadline) => {
    const listed = await Promise.all(["SHOW STREAMS", "SHOW TABLES"].map(async (sql) => (await ask(url, sql, deadline)).json));
    const found = listed.flatMap((json) => [...arrayAt(json, 0, "streams"), ...arrayAt(json, 0, "tables")]);
    const names = found.map((one) => stringAt(one, "name")).filter((name) => name !== undefined);
    return await Promise.all(
      names.map(async (table) => {
        const { json } = await ask(url, `DESCRIBE ${quotedName(table)}`, deadline);
        const columns = arrayAt(json, 0, "sourceDescription", "fields").map((field) => ({
          name: stringAt(field, "name") ?? "",
          type: stringAt(field, "schema", "type") ?? "",
        }));
        return { table, columns };
      }),
    );
  });
}

async function* all(rows: readonly (readonly unknown[])[]): AsyncGenerator<readonly unknown[], void, undefined> {
  yield* rows;
}

/**
 * The document as a table: the fields of a description, else its list of objects, else its properties. A value that is not a scalar is JSON.
 */
function tableOf(document: unknown): Omit<KsqldbAnswer, "rows"> & { readonly rows: readonly (readonly unknown[])[] } {
  const fields = arrayAt(document, "sourceDescription", "fields");
  const described = fields.map((field) => ({ name: at(field, "name"), type: at(field, "schema", "type"), key: at(field, "type") ?? null }));
  const values = Object.values(isObject(document) ? document : {});
  const list = arrayAt(values.find((value) => Array.isArray(value) && value.length > 0)).filter(isObject);
  const properties = Object.entries(values.find(isObject) ?? {}).map(([property, value]) => ({ property, value }));
  const objects: readonly JsonObject[] = [described, list].find(({ length }) => length > 0) ?? properties;
  const names = [...new Set(objects.flatMap((one) => Object.keys(one)))].filter((name) => name !== "@type");
  return {
    columns: names.map((name) => ({ name, type: "STRING" })),
    rows: objects.map((one) => names.map((name) => cellOf(one[name]))),
  };
}

function cellOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value ?? null);
}
