/** The query of this tab. Its result stays while the reader looks at another view. */

import { signal } from "@preact/signals";
import type { QueryCell, QueryEvent, QueryRequest } from "../api.ts";
import { addToHistory } from "./query-history.ts";
import { failureOf, requestLines, type Failure } from "./requests.ts";

export interface QueryRun {
  readonly engine: string;
  readonly sql: string;
  readonly state: "running" | "done" | "failed" | "cancelled";
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly QueryCell[])[];
  readonly elapsedMs: number;
  readonly limitReached: boolean;
  readonly warnings: readonly string[];
  readonly error: (Failure & { readonly line?: number | undefined; readonly column?: number | undefined }) | undefined;
}

export const queryRun = signal<QueryRun | undefined>(undefined);

let abort = new AbortController();

/** Ends the query; the server cancels it. Rows that have arrived stay. */
export function cancelQuery(): void {
  abort.abort();
}

/** Runs a query in place of the previous one. Rows of a continuous query are displayed as they arrive, at most twice per second. */
export async function runQuery({ engine, sql, limit }: QueryRequest & { readonly limit: number }): Promise<void> {
  abort.abort();
  const own = new AbortController();
  abort = own;
  addToHistory(engine, sql);
  const startedMs = performance.now();
  const rows: (readonly QueryCell[])[] = [];
  let run: QueryRun = {
    engine,
    sql,
    state: "running",
    columns: [],
    rows,
    elapsedMs: 0,
    limitReached: false,
    warnings: [],
    error: undefined,
  };
  const publish = (change: Partial<QueryRun>): void => {
    run = { ...run, elapsedMs: performance.now() - startedMs, ...change };
    if (abort === own) queryRun.value = run;
  };
  publish({});
  const timer = setInterval(() => publish({ rows: [...rows] }), 500);
  try {
    const body = JSON.stringify({ engine, sql, limit } satisfies QueryRequest);
    await requestLines(
      "/api/query",
      { method: "POST", headers: { "content-type": "application/json" }, body, signal: own.signal },
      (document) => {
        const event = document as QueryEvent;
        if (event.kind === "columns") publish({ columns: event.columns });
        else if (event.kind === "rows") rows.push(...event.rows.slice(0, Math.max(0, limit - rows.length)));
        else if (event.kind === "end")
          publish({
            state: "done",
            rows: [...rows],
            elapsedMs: event.elapsedMs,
            limitReached: event.limitReached,
            warnings: event.warnings,
          });
        else publish({ state: "failed", rows: [...rows], error: { ...event.error, line: event.line, column: event.column } });
      },
    );
    if (run.state === "running") publish({ state: "done", rows: [...rows] });
  } catch (error) {
    publish(own.signal.aborted ? { state: "cancelled", rows: [...rows] } : { state: "failed", rows: [...rows], error: failureOf(error) });
  } finally {
    clearInterval(timer);
  }
}
