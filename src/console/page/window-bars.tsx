/** The chart of one column, with the controls for its range. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatCount, formatDuration } from "../../core/units.ts";
import type { WindowChart, WindowColumn } from "../api.ts";
import type { WindowBars } from "./chart.ts";
import { formatExact } from "./format.ts";
import { windowsRevision } from "./live.ts";
import { route, setParameters } from "./location.ts";
import { ProofSign } from "./marks.tsx";
import { FailureNotice } from "./notice.tsx";
import { useRemote } from "./requests.ts";
import { useStack } from "./stack.ts";
import { Time } from "./text.tsx";
import { colourRevision } from "./theme.ts";
import { moveRange, readRange, writeRange, zoomRange, type RangeChoice, type TimeRange } from "./window-range.ts";

type Bar = WindowChart["bars"][number];

const maxBars = 400;

export function WindowBarsPanel({ column }: { readonly column: WindowColumn }): JSX.Element {
  const { sizeMs, columns } = useStack().pipeline.window;
  const choice = readRange(route.value.parameters, sizeMs);
  const { chart, failure, reload } = useChart(column.name, choice);
  const [point, setPoint] = useState<Bar | undefined>();
  const all: TimeRange | undefined =
    chart?.firstMs === null || chart?.lastMs === null || chart === undefined ? undefined : { fromMs: chart.firstMs, toMs: chart.lastMs };
  const choose = (next: RangeChoice, how: "push" | "replace" = "push"): void => setParameters(writeRange(next, sizeMs), how);
  const zoom = (factor: number, atMs?: number): void => {
    if (chart === undefined || all === undefined) return;
    // While following, the newest window keeps its place.
    if (choice.fixed === undefined && atMs === undefined) {
      const { fromMs, toMs } = zoomRange({ fromMs: chart.fromMs, toMs: chart.toMs }, factor, chart.toMs, all, sizeMs);
      choose({ fixed: undefined, spanMs: toMs - fromMs >= all.toMs - all.fromMs ? undefined : toMs - fromMs }, "replace");
    } else choose({ fixed: zoomRange(chart, factor, atMs ?? (chart.fromMs + chart.toMs) / 2, all, sizeMs), spanMs: undefined }, "replace");
  };
  const move = (part: number): void => {
    if (chart !== undefined && all !== undefined) choose({ fixed: moveRange(chart, part, all), spanMs: undefined }, "replace");
  };
  const following = choice.fixed === undefined;
  return (
    <section class="panel chart-panel" aria-label={`Chart of ${column.name}`}>
      <div class="toolbar">
        <label>
          <span class="label">Column</span>
          <select value={column.name} onChange={({ currentTarget }) => setParameters({ column: currentTarget.value })}>
            {columns.map(({ name, aggregate, field }) => (
              <option key={name} value={name}>
                {name} ({aggregate}
                {field === null ? "" : ` of ${field}`})
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          aria-pressed={following}
          onClick={() =>
            choose(
              following && chart !== undefined
                ? { fixed: chart, spanMs: undefined }
                : { fixed: undefined, spanMs: chart === undefined ? undefined : chart.toMs - chart.fromMs },
            )
          }
        >
          Follow newest
        </button>
        <div class="segments" role="group" aria-label="Range of the chart">
          <button type="button" onClick={() => move(-0.5)} aria-label="Earlier" title="Earlier">
            ←
          </button>
          <button type="button" onClick={() => move(0.5)} aria-label="Later" title="Later">
            →
          </button>
          <button type="button" onClick={() => zoom(0.5)} aria-label="Zoom in" title="Zoom in">
            +
          </button>
          <button type="button" onClick={() => zoom(2)} aria-label="Zoom out" title="Zoom out">
            −
          </button>
          <button type="button" onClick={() => choose({ fixed: undefined, spanMs: undefined })}>
            All
          </button>
        </div>
        <Legend />
      </div>
      {failure === undefined ? null : <FailureNotice failure={failure} retry={reload} />}
      <BarCanvas
        chart={chart}
        onRange={(fromMs, toMs) =>
          all !== undefined && choose({ fixed: zoomRange({ fromMs, toMs }, 1, (fromMs + toMs) / 2, all, sizeMs), spanMs: undefined })
        }
        onZoom={zoom}
        onPoint={setPoint}
      />
      <ChartCaption chart={chart} point={point} />
    </section>
  );
}

/** The chart of a choice. While following, the range ends at the newest window that the last response named. */
function useChart(
  column: string,
  { fixed, spanMs }: RangeChoice,
): { readonly chart: WindowChart | undefined; readonly failure: ReturnType<typeof useRemote>["failure"]; readonly reload: () => void } {
  const [lastMs, setLastMs] = useState<number | undefined>();
  const [chart, setChart] = useState<WindowChart | undefined>();
  const query = new URLSearchParams({ column, bars: String(maxBars) });
  if (fixed !== undefined) {
    query.set("from", String(Math.round(fixed.fromMs)));
    query.set("to", String(Math.round(fixed.toMs)));
  } else if (spanMs !== undefined && lastMs !== undefined) {
    query.set("from", String(Math.max(0, Math.round(lastMs - spanMs))));
    query.set("to", String(lastMs));
  }
  const { data, failure, reload } = useRemote<WindowChart>(`/api/windows/chart?${query}`, windowsRevision.value);
  useEffect(() => {
    if (data === undefined) return;
    setLastMs(data.lastMs ?? undefined);
    setChart(data);
  }, [data]);
  return { chart: chart?.column === column ? chart : undefined, failure, reload };
}

interface BarCanvasProps {
  readonly chart: WindowChart | undefined;
  readonly onRange: (fromMs: number, toMs: number) => void;
  readonly onZoom: (factor: number, atMs?: number) => void;
  readonly onPoint: (bar: Bar | undefined) => void;
}

function BarCanvas(props: BarCanvasProps): JSX.Element {
  const { chart, onRange, onZoom, onPoint } = props;
  const element = useRef<HTMLDivElement>(null);
  const bars = useRef<WindowBars | undefined>(undefined);
  const latest = useRef(props);
  latest.current = { chart, onRange, onZoom, onPoint };
  useLayoutEffect(() => {
    let removed = false;
    void (async () => {
      const { createWindowBars } = await import("./chart.ts");
      if (removed || element.current === null) return;
      bars.current = createWindowBars(element.current, {
        onRange: (fromMs, toMs) => latest.current.onRange(fromMs, toMs),
        onZoom: (factor, atMs) => latest.current.onZoom(factor, atMs),
        onPoint: (bar) => latest.current.onPoint(bar),
      });
      if (latest.current.chart !== undefined) bars.current.show(latest.current.chart);
    })();
    return () => {
      removed = true;
      bars.current?.destroy();
    };
  }, []);
  useEffect(() => {
    if (chart !== undefined) bars.current?.show(chart);
  }, [chart]);
  useEffect(() => bars.current?.recolour(), [colourRevision.value]);
  return <div class="chart" ref={element} hidden={chart?.firstMs === null} role="img" aria-label={chartLabel(chart)} />;
}

function chartLabel(chart: WindowChart | undefined): string {
  if (chart === undefined) return "The chart is loading";
  return `${formatCount(chart.bars.length, "bar")} of ${chart.column}. The table below lists the windows.`;
}

function ChartCaption({ chart, point }: { readonly chart: WindowChart | undefined; readonly point: Bar | undefined }): JSX.Element {
  if (chart === undefined) return <p class="caption">Loading the chart …</p>;
  if (chart.firstMs === null) return <p class="caption">No windows yet. Send records, for example with: streamctl data</p>;
  const each =
    chart.combined === null
      ? "each bar is one window"
      : `each bar is the ${chart.combined} of the windows of ${formatDuration(chart.barMs)}`;
  return (
    <p class="caption">
      {point === undefined ? (
        <>
          <Time ms={chart.fromMs} date /> to <Time ms={chart.toMs} date /> · {each}
        </>
      ) : (
        <>
          <Time ms={point.startMs} date /> · <strong>{formatExact(point.value)}</strong>
          {point.windows > 1 ? ` (${chart.combined ?? ""} of ${point.windows} windows)` : ""} · <ProofSign state={point.mark} />
        </>
      )}
    </p>
  );
}

function Legend(): JSX.Element {
  return (
    <ul class="legend" aria-label="Legend">
      {(["equal", "settling", "differs", "unknown"] as const).map((mark) => (
        <li key={mark}>
          <span class={`swatch swatch-${mark}`} aria-hidden="true" />
          {mark === "unknown" ? "not compared" : mark}
        </li>
      ))}
    </ul>
  );
}
