/** All charts on a canvas. The only module that knows uPlot; loaded with the first chart. */

import uPlot from "uplot";
import type { ProofMark, WindowChart } from "../api.ts";
import { formatClock, formatDate, formatShort } from "./format.ts";
import { cssColour } from "./theme.ts";

export interface WindowChartEvents {
  /** The reader chose a range. */
  readonly onRange: (fromMs: number, toMs: number) => void;
  /** The reader turned the wheel: a factor of the range, and the time under the pointer. */
  readonly onZoom: (factor: number, atMs: number) => void;
  /** The bar under the pointer; undefined without one. */
  readonly onPoint: (bar: WindowChart["bars"][number] | undefined) => void;
}

export interface WindowBars {
  show(chart: WindowChart): void;
  /** Draws again, with the colours of the theme. */
  recolour(): void;
  destroy(): void;
}

const heightPx = 220;

/** Bars of windows in an element, as wide as the element. */
export function createWindowBars(parent: HTMLElement, events: WindowChartEvents): WindowBars {
  let shown: WindowChart | undefined;
  let colours = barColours();
  const plot = new uPlot(
    {
      width: Math.max(200, parent.clientWidth),
      height: heightPx,
      ms: 1,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
      padding: [12, 24, 0, 0],
      scales: { x: { range: (_, min, max) => [min, max] }, y: { range: (_, min, max) => [Math.min(0, min), max > 0 ? max * 1.05 : 1] } },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: axes(),
      hooks: {
        draw: [(self) => shown !== undefined && drawBars(self, shown, colours)],
        setCursor: [({ cursor }) => events.onPoint(typeof cursor.idx === "number" ? shown?.bars[cursor.idx] : undefined)],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < 4) return;
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            events.onRange(self.posToVal(left, "x"), self.posToVal(left + width, "x"));
          },
        ],
      },
    },
    [[], []],
    parent,
  );
  plot.over.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      events.onZoom(event.deltaY > 0 ? 1.25 : 0.8, plot.posToVal(event.offsetX, "x"));
    },
    { passive: false },
  );
  const stop = followWidth(parent, plot);
  return {
    show: (chart) => {
      shown = chart;
      // Bars start at their window: the cursor finds the nearest middle.
      plot.setData([chart.bars.map(({ startMs }) => startMs + chart.barMs / 2), chart.bars.map(({ value }) => value)], false);
      const values = chart.bars.map(({ value }) => value);
      plot.batch(() => {
        plot.setScale("x", { min: chart.fromMs, max: Math.max(chart.toMs, chart.fromMs + chart.barMs) });
        plot.setScale("y", { min: Math.min(0, ...values), max: Math.max(0, ...values) * 1.05 || 1 });
      });
    },
    recolour: () => {
      colours = barColours();
      plot.redraw(false, true);
    },
    destroy: () => {
      stop();
      plot.destroy();
    },
  };
}

type BarColours = Readonly<Record<ProofMark | "back", string>>;

function barColours(): BarColours {
  return {
    equal: cssColour("bar"),
    settling: cssColour("warn"),
    differs: cssColour("bad"),
    unknown: cssColour("muted"),
    back: cssColour("surface"),
  };
}

/** Equal bars are solid, settling ones outlined, differing ones hatched, unknown ones dotted: also readable without colours. */
function drawBars(plot: uPlot, { bars, barMs }: WindowChart, colours: BarColours): void {
  const { ctx, bbox } = plot;
  const zero = plot.valToPos(0, "y", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { startMs, value, mark } of bars) {
    const left = plot.valToPos(startMs, "x", true);
    const gap = plot.valToPos(startMs + barMs, "x", true) - left > 4 ? 1 : 0;
    const width = Math.max(1, plot.valToPos(startMs + barMs, "x", true) - left - gap);
    const top = plot.valToPos(value, "y", true);
    const box = [left, Math.min(top, zero), width, Math.max(1, Math.abs(zero - top))] as const;
    ctx.fillStyle = colours[mark];
    ctx.strokeStyle = colours[mark];
    if (mark === "equal") ctx.fillRect(...box);
    else drawPattern(ctx, box, mark, colours.back);
  }
  ctx.restore();
}

function drawPattern(
  ctx: CanvasRenderingContext2D,
  [left, top, width, height]: readonly [number, number, number, number],
  mark: ProofMark,
  back: string,
): void {
  const line = devicePixelRatio;
  ctx.lineWidth = line;
  if (width < 5 * line) {
    ctx.globalAlpha = mark === "differs" ? 1 : 0.55;
    ctx.fillRect(left, top, width, height);
    ctx.globalAlpha = 1;
    return;
  }
  ctx.fillStyle = back;
  ctx.fillRect(left, top, width, height);
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.setLineDash(mark === "unknown" ? [2 * line, 2 * line] : []);
  ctx.stroke();
  if (mark === "differs") {
    ctx.clip();
    ctx.beginPath();
    for (let x = left - height; x < left + width; x += 4 * line) {
      ctx.moveTo(x, top + height);
      ctx.lineTo(x + height, top);
    }
    ctx.stroke();
  }
  ctx.restore();
}

function axes(): uPlot.Axis[] {
  const shared: uPlot.Axis = {
    stroke: () => cssColour("muted"),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: () => cssColour("line"), width: 1 },
    ticks: { show: false },
  };
  return [
    {
      ...shared,
      space: 90,
      size: 24,
      values: (_, splits, __, ___, step) =>
        splits.map((ms) => (step >= 86_400_000 || formatClock(ms) === "00:00:00" ? formatDate(ms) : formatClock(ms))),
    },
    { ...shared, size: 52, values: (_, splits) => splits.map(formatShort) },
  ];
}

/** Keeps a chart as wide as its element. Returns how to stop. */
function followWidth(parent: HTMLElement, plot: uPlot): () => void {
  const observer = new ResizeObserver(() => {
    const width = Math.max(200, parent.clientWidth);
    if (width !== plot.width) plot.setSize({ width, height: plot.height });
  });
  observer.observe(parent);
  return () => observer.disconnect();
}

/** A line through points of a query's result. Returns how to remove it. */
export function createLineChart(
  parent: HTMLElement,
  points: readonly (readonly [x: number, y: number | null])[],
  isTime: boolean,
): () => void {
  const shared = axes();
  const plot = new uPlot(
    {
      width: Math.max(200, parent.clientWidth),
      height: heightPx,
      ms: 1,
      legend: { show: false },
      cursor: { drag: { x: true, y: false } },
      scales: { x: { time: isTime } },
      series: [{}, { stroke: cssColour("bar"), width: 1.5, points: { show: points.length < 100, size: 5, fill: cssColour("bar") } }],
      axes: isTime ? shared : shared.map((axis) => ({ ...axis, values: (_: uPlot, splits: number[]) => splits.map(formatShort) })),
    },
    [points.map(([x]) => x), points.map(([, y]) => y)],
    parent,
  );
  const stop = followWidth(parent, plot);
  return () => {
    stop();
    plot.destroy();
  };
}
