/** The windows as bars and as a table, with the proof of each. */

import type { JSX } from "preact";
import { formatDuration } from "../../core/units.ts";
import { WindowBarsPanel } from "./window-bars.tsx";
import { WindowTable, type WindowFilter } from "./window-table.tsx";
import { parameter, setParameters } from "./location.ts";
import { pipelineEvent } from "./live.ts";
import { useStack } from "./stack.ts";

const filters: readonly (readonly [WindowFilter, string])[] = [
  ["all", "All"],
  ["differing", "Differing"],
  ["settling", "Settling"],
  ["late", "Changed late"],
];

export function WindowsView(): JSX.Element {
  const { window } = useStack().pipeline;
  const column = window.columns.find(({ name }) => name === parameter("column")) ?? window.columns[0];
  const show = filters.find(([name]) => name === parameter("show"))?.[0] ?? "all";
  const order = parameter("order") === "oldest" ? "oldest" : "newest";
  const proof = pipelineEvent.value?.proof;
  const counts: Readonly<Record<WindowFilter, number | undefined>> = {
    all: proof?.windows,
    differing: proof?.differing,
    settling: proof?.settling,
    late: undefined,
  };
  return (
    <>
      <div class="view-head">
        <h2 class="topic-title">{window.name}</h2>
        <span class="muted">windows of {formatDuration(window.sizeMs)}</span>
      </div>
      {column === undefined ? null : <WindowBarsPanel column={column} />}
      <div class="toolbar">
        <div class="segments" role="group" aria-label="Windows in the table">
          {filters.map(([name, title]) => (
            <button
              key={name}
              type="button"
              aria-pressed={show === name}
              onClick={() => setParameters({ show: name === "all" ? "" : name })}
            >
              {title}
              {counts[name] === undefined ? "" : ` ${counts[name].toLocaleString("en")}`}
            </button>
          ))}
        </div>
        <label>
          <span class="label">Order</span>
          <select value={order} onChange={({ currentTarget: { value } }) => setParameters({ order: value === "newest" ? "" : value })}>
            <option value="newest">Newest first</option>
            <option value="oldest">Oldest first</option>
          </select>
        </label>
      </div>
      <WindowTable key={`${show} ${order}`} show={show} order={order} />
    </>
  );
}
