/** Health check of a table: its segments are loaded and a query reaches them. */

import { exchange, type HttpRequest } from "../../core/http.ts";
import { at, isObject, numberAt, stringAt } from "../../core/json.ts";
import { innermostCause } from "../../core/java-error.ts";
import { type StepDeadline, remainingMs } from "../../core/step-deadline.ts";
import { formatCount } from "../../core/units.ts";

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
  const [ideal, view] = await Promise.all(
    ["idealstate", "externalview"].map(async (what) => await exchange(`${pinot.controllerUrl}/tables/${table}/${what}`, request())),
  );
  const refused = [ideal, view].find((answer) => answer !== undefined && answer.status !== 200 && answer.status !== 404);
  if (refused !== undefined) return { healthy: false, detail: `Pinot's controller returned status ${refused.status}` };
  const wanted = Object.keys(realtimeSegments(ideal?.json));
  if (wanted.length === 0) return { healthy: false, detail: "it does not exist" };
  const states = realtimeSegments(view?.json);
  const missing = wanted.filter((segment) => !isServed(states[segment]));
  if (missing.length > 0) {
    const first = missing[0] ?? "";
    const state = isObject(states[first]) ? Object.values(states[first]).join(", ") : "not loaded";
    return { healthy: false, detail: `${missing.length} of ${formatCount(wanted.length, "segment")} not served: ${first} is ${state}` };
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

/** The states of each segment by server, as reported by the controller. */
function realtimeSegments(answer: unknown): Readonly<Record<string, unknown>> {
  const segments = at(answer, "REALTIME");
  return isObject(segments) ? segments : {};
}

function isServed(servers: unknown): boolean {
  return isObject(servers) && Object.values(servers).some((state) => state === "ONLINE" || state === "CONSUMING");
}
