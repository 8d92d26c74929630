/** Queries on the engines of the stack. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { QuerySchema } from "../api.ts";
import { formatElapsed } from "../../core/units.ts";
import { formatExact } from "./format.ts";
import { parameter, route, setParameters } from "./location.ts";
import { FailureNotice } from "./notice.tsx";
import { QueryEditor } from "./query-editor.tsx";
import { HistoryMenu } from "./query-history-menu.tsx";
import { QueryResult } from "./query-result.tsx";
import { runQuery, queryRun, cancelQuery, type QueryRun } from "./query-run.ts";
import { useRemote } from "./requests.ts";
import { formatRoute } from "./route.ts";
import { errorRange } from "./sql-position.ts";
import { useStack } from "./stack.ts";

const limits = [100, 1000, 10_000, 100_000] as const;
/** A longer statement is not part of the address. */
const maxAddressLength = 4000;

export function QueryView(): JSX.Element {
  const { queryEngines } = useStack();
  const engine = queryEngines.find(({ name }) => name === parameter("engine")) ?? queryEngines[0];
  const schema = useRemote<QuerySchema>("/api/query/schema", 0, 30_000).data;
  const [sql, setSql] = useState(() => parameter("sql") ?? queryRun.peek()?.sql ?? engine?.example ?? "");
  const [limit, setLimit] = useState<number>(1000);
  const current = useRef({ sql, limit, engine: engine?.name ?? "" });
  current.current = { sql, limit, engine: engine?.name ?? "" };
  const fromAddress = parameter("sql");
  useEffect(() => {
    if (fromAddress !== undefined) setSql(fromAddress);
  }, [fromAddress, route.value]);
  useEffect(() => cancelQuery, []);
  const run = (): void => {
    const statement = current.current;
    if (statement.sql.trim() === "") return;
    setParameters({ sql: statement.sql.length > maxAddressLength ? "" : statement.sql, engine: statement.engine, sort: "" });
    void runQuery(statement);
  };
  if (engine === undefined)
    return <FailureNotice failure={{ code: "not-available", message: "This stack has no engine that takes queries", hint: null }} />;
  const shown = queryRun.value?.engine === engine.name ? queryRun.value : undefined;
  const error = shown?.sql === sql ? shown.error : undefined;
  return (
    <>
      <form
        class="query-form"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <QueryEditor
          text={sql}
          onText={setSql}
          onRun={run}
          tables={schema?.[engine.name]}
          error={error?.line === undefined ? undefined : errorRange(sql, error.line, error.column)}
        />
        <div class="toolbar">
          <div class="segments" role="group" aria-label="Engine">
            {queryEngines.map(({ name, label, example }) => (
              <button
                key={name}
                type="button"
                aria-pressed={name === engine.name}
                onClick={() => {
                  if (name === engine.name) return;
                  const untouched = queryEngines.some((each) => each.example === sql);
                  if (untouched) setSql(example);
                  setParameters({ engine: name, sql: untouched ? "" : sql, sort: "", chart: "", x: "" });
                }}
              >
                {label}
              </button>
            ))}
          </div>
          <label>
            <span class="label">Rows at most</span>
            <select value={String(limit)} onChange={({ currentTarget }) => setLimit(Number(currentTarget.value))}>
              {limits.map((count) => (
                <option key={count} value={String(count)}>
                  {formatExact(count)}
                </option>
              ))}
            </select>
          </label>
          <HistoryMenu engine={engine.name} onChoose={setSql} />
          <button type="button" onClick={() => setSql(engine.example)}>
            Example
          </button>
          <span class="space" />
          {/* With keys, or Cancel would turn into Run before its click ends, and submit the form. */}
          {shown?.state === "running" ? (
            <button key="cancel" type="button" class="primary" onClick={cancelQuery}>
              Cancel
            </button>
          ) : (
            <button key="run" type="submit" class="primary" title="Ctrl+Enter or ⌘+Enter">
              Run
            </button>
          )}
        </div>
      </form>
      {shown === undefined ? <QueryHint /> : <QueryOutcome run={shown} />}
    </>
  );
}

function QueryHint(): JSX.Element {
  return <p class="notice muted">Ctrl+Enter or ⌘+Enter runs the statement. Tab leaves the editor after Escape.</p>;
}

function QueryOutcome({ run }: { readonly run: QueryRun }): JSX.Element {
  const { state, rows, elapsedMs, warnings, error, limitReached } = run;
  const word = { running: "Running", done: "Done", failed: "Failed", cancelled: "Cancelled" }[state];
  return (
    <section aria-label="Result">
      <p class="status" role="status">
        <span class={state === "running" ? "running" : ""}>{word}</span> {formatExact(rows.length)} {rows.length === 1 ? "row" : "rows"} ·{" "}
        {formatElapsed(elapsedMs)}
        {limitReached ? " · the limit of rows was reached, there may be more" : ""}
      </p>
      {warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      {error === undefined ? null : (
        <FailureNotice
          failure={{
            ...error,
            message: `${error.line === undefined ? "" : `Line ${error.line}${error.column === undefined ? "" : `, column ${error.column}`}: `}${error.message}`,
          }}
        />
      )}
      {run.columns.length === 0 ? null : <QueryResult run={run} />}
      <a class="visually-hidden" href={formatRoute(route.value)}>
        Link to this query
      </a>
    </section>
  );
}
