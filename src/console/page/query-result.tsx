/** The rows of a query: a table that sorts, a chart of two columns, and files. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { QueryCell } from "../api.ts";
import { isNumericType, rowsToJson, toCsv } from "./export-text.ts";
import { parameter, setParameters } from "./location.ts";
import { Empty } from "./notice.tsx";
import { QueryChart } from "./query-chart.tsx";
import type { QueryRun } from "./query-run.ts";
import { sortedIndexes } from "./row-order.ts";
import { saveFile } from "./save-file.ts";
import { VisibleText } from "./text.tsx";
import { VirtualTable } from "./virtual-table.tsx";

export function QueryResult({ run }: { readonly run: QueryRun }): JSX.Element {
  const { columns, rows, engine } = run;
  const sort = parameter("sort") ?? "";
  const descending = sort.startsWith("-");
  const sorted = columns.findIndex(({ name }) => name === sort.slice(descending ? 1 : 0));
  const indexes = useMemo(() => sortedIndexes(rows, sorted, descending), [rows, sorted, descending]);
  const ordered = (): readonly (readonly QueryCell[])[] => indexes.map((index) => rows[index] ?? []);
  if (rows.length === 0)
    return run.state === "running" ? <p class="notice muted">Waiting for rows …</p> : <Empty title="The query returned no rows" />;
  const changeSort = (name: string): void =>
    setParameters({ sort: sort === name ? `-${name}` : sort === `-${name}` ? "" : name }, "replace");
  return (
    <>
      <QueryChart run={run}>
        <button
          type="button"
          onClick={() =>
            saveFile(
              `${engine}.csv`,
              "text/csv",
              toCsv(
                columns.map(({ name }) => name),
                ordered(),
              ),
            )
          }
        >
          CSV
        </button>
        <button type="button" onClick={() => saveFile(`${engine}.json`, "application/json", rowsToJson(columns, ordered()))}>
          JSON
        </button>
      </QueryChart>
      <VirtualTable
        class="results"
        label="Rows of the result"
        count={rows.length}
        rowPx={28}
        columns={columns.map(({ type }) => (isNumericType(type) ? "col-number" : "col-cell"))}
        head={
          <tr>
            {columns.map(({ name, type }, index) => (
              <th
                key={index}
                scope="col"
                class={isNumericType(type) ? "number" : ""}
                aria-sort={index === sorted ? (descending ? "descending" : "ascending") : undefined}
              >
                <button type="button" class="sort" title={`${type}. Sort by ${name}`} onClick={() => changeSort(name)}>
                  {name}
                  <span aria-hidden="true">{index === sorted ? (descending ? " ↓" : " ↑") : ""}</span>
                </button>
              </th>
            ))}
          </tr>
        }
        row={(index) => (
          <tr aria-rowindex={index + 2}>
            {columns.map(({ type }, column) => (
              <td key={column} class={isNumericType(type) ? "number" : "clip"}>
                <Cell cell={rows[indexes[index] ?? index]?.[column] ?? null} />
              </td>
            ))}
          </tr>
        )}
      />
    </>
  );
}

function Cell({ cell }: { readonly cell: QueryCell }): JSX.Element {
  if (cell === null) return <span class="muted">null</span>;
  const text = typeof cell === "object" ? JSON.stringify(cell) : String(cell);
  return (
    <span title={text.length > 24 ? text.slice(0, 1000) : undefined}>
      <VisibleText text={text.slice(0, 1000)} line />
    </span>
  );
}
