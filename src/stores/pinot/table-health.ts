/** Health check of a table: its segments are loaded and a query reaches them. */

import { exchange, type HttpRequest } from "../../core/http.ts";
import { numberAt, stringAt } from "../../core/json.ts";
import { innermostCause } from "../../core/java-error.ts";
import { type StepDeadline, remainingMs } from "../../core/step-deadline.ts";
import { formatCount } from "../../core/units.ts";
import { askForSegments, type Segment, segmentsIn } from "./segments.ts";

export interface TableHealth {
  readonly healthy: boolean;
  /** The number of segments and rows, or why the table is not healthy. */
  readonly detail: string;
}

/**
 * Counts the table's rows and reads the state of each segment. Read-only.
 *
 * @param pinot URLs without a trailing slash
 * @throws StreamctlError `unreachable` when the controller or the broker does not answer, `interrupted`
 */
export async function tableHealth(
  pinot: { readonly controllerUrl: string; readonly brokerUrl: string },
  table: string,
  deadline: StepDeadline,
): Promise<TableHealth> {
  const request = (): HttpRequest => ({ signal: deadline.signal, timeoutMs: remainingMs(deadline) });
  const answers = await askForSegments(table, async (path) => await exchange(`${pinot.controllerUrl}${path}`, request()));
  const refused = Object.values(answers).find(({ status }) => status !== 200 && status !== 404);
  if (refused !== undefined) return { healthy: false, detail: `Pinot's controller returned status ${refused.status}` };
  const wanted = segmentsIn(answers).filter(({ assigned }) => assigned);
  if (wanted.length === 0) return { healthy: false, detail: "it does not exist" };
  const missing = wanted.filter((segment) => !isServed(segment));
  const [first] = missing;
  if (first !== undefined) {
    const states = first.replicas.flatMap(({ reported }) => reported ?? []).join(", ") || "not loaded";
    return {
      healthy: false,
      detail: `${missing.length} of ${formatCount(wanted.length, "segment")} not served: ${first.name} is ${states}`,
    };
  }
  const body = { sql: `SELECT COUNT(*) FROM ${table}` };
  const answer = await exchange(`${pinot.brokerUrl}/query/sql`, { ...request(), method: "POST", body });
  const exception = stringAt(answer.json, "exceptions", 0, "message");
  if (exception !== undefined) return { healthy: false, detail: innermostCause(exception) };
  const rows = numberAt(answer.json, "resultTable", "rows", 0, 0);
  // A broker that knows no server for the table still returns 200, with no rows or a count of 0.
  if (rows === undefined || (numberAt(answer.json, "numServersQueried") ?? 0) === 0) {
    return { healthy: false, detail: "no server serves it yet" };
  }
  return { healthy: true, detail: `${formatCount(wanted.length, "segment")} served, ${formatCount(rows, "row")}` };
}

function isServed({ replicas }: Segment): boolean {
  return replicas.some(({ reported }) => reported === "ONLINE" || reported === "CONSUMING");
}
