/** A chart of one numeric column of a result against another column. The table below has the numbers. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { isNumericType } from "./export-text.ts";
import { parameter, setParameters } from "./location.ts";
import type { QueryRun } from "./query-run.ts";
import { chartPoints } from "./query-points.ts";
import { colourRevision } from "./theme.ts";

/** @param children what else can be done with the result */
export function QueryChart({ run, children }: { readonly run: QueryRun; readonly children: ComponentChildren }): JSX.Element {
  const { columns } = run;
  const numeric = columns.filter(({ type }) => isNumericType(type));
  const y = columns.findIndex(({ name }) => name === parameter("chart"));
  const x = columns.findIndex(({ name }) => name === parameter("x"));
  return (
    <div class="query-chart">
      <div class="toolbar">
        {children}
        <span class="space" />
        <label>
          <span class="label">Chart of</span>
          <select
            value={y < 0 ? "" : (columns[y]?.name ?? "")}
            onChange={({ currentTarget }) => setParameters({ chart: currentTarget.value }, "replace")}
          >
            <option value="">{numeric.length === 0 ? "no numeric column" : "nothing"}</option>
            {numeric.map(({ name }, index) => (
              <option key={index} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {y < 0 ? null : (
          <label>
            <span class="label">Against</span>
            <select
              value={x < 0 ? "" : (columns[x]?.name ?? "")}
              onChange={({ currentTarget }) => setParameters({ x: currentTarget.value }, "replace")}
            >
              <option value="">Order of the rows</option>
              {columns.map(({ name }, index) => (
                <option key={index} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {y < 0 ? null : <ChartCanvas run={run} x={x} y={y} />}
    </div>
  );
}

function ChartCanvas({ run, x, y }: { readonly run: QueryRun; readonly x: number; readonly y: number }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const { points, isTime, left } = useMemo(() => chartPoints(run.rows, x, y), [run.rows, x, y]);
  useEffect(() => {
    let remove: (() => void) | undefined;
    let removed = false;
    void (async () => {
      const { createLineChart } = await import("./chart.ts");
      if (!removed && element.current !== null) remove = createLineChart(element.current, points, isTime);
    })();
    return () => {
      removed = true;
      remove?.();
    };
  }, [points, isTime, colourRevision.value]);
  return (
    <>
      <div
        class="chart"
        ref={element}
        role="img"
        aria-label={`Chart of ${run.columns[y]?.name ?? ""} with ${points.length} points. The table below has the numbers.`}
      />
      {left === 0 ? null : <p class="caption">{left} rows have no place in the chart, because a value is missing or no number.</p>}
    </>
  );
}
