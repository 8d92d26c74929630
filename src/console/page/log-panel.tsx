/** The end of a service's log as it grows. */

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LiveEvents, LogDocument } from "../api.ts";
import { formatExact } from "./format.ts";
import { connection, logEvent, problems } from "./live.ts";
import { FailureNotice, Loading } from "./notice.tsx";
import { useRemote } from "./requests.ts";
import { VisibleText } from "./text.tsx";

const firstLines = 500;
const maxLines = 2000;

interface LogState {
  readonly lines: readonly string[];
  readonly dropped: number;
  /** Lines that arrived during this pause, and are displayed after it. */
  readonly waiting: readonly string[];
  /** Their number, including those that no longer fit. */
  readonly arrived: number;
}

export function LogPanel({ service }: { readonly service: string }): JSX.Element {
  const first = useRemote<LogDocument>(`/api/logs/${encodeURIComponent(service)}?lines=${firstLines}`);
  const [state, setState] = useState<LogState>({ lines: [], dropped: 0, waiting: [], arrived: 0 });
  const [paused, setPaused] = useState(false);
  const [filter, setFilter] = useState("");
  const pausedNow = useRef(paused);
  pausedNow.current = paused;
  useEffect(
    () =>
      effect(() => {
        const event = logEvent.value;
        if (event?.service !== service) return;
        setState((before) => withLines(before, event, pausedNow.current));
      }),
    [service],
  );
  const all = [...(first.data?.lines ?? []), ...state.lines].slice(-maxLines);
  const shown = filter === "" ? all : all.filter((line) => line.toLowerCase().includes(filter.toLowerCase()));
  const problem = problems.value["log"];
  return (
    <section class="panel" aria-label={`Log of ${service}`}>
      <div class="toolbar">
        <h2>
          Log of <span class="code">{service}</span>
        </h2>
        <label class="grow">
          <span class="label">Lines with</span>
          <input type="search" class="code" value={filter} onInput={({ currentTarget }) => setFilter(currentTarget.value)} />
        </label>
        <span class="status">
          <span class={paused || connection.value !== "open" ? "" : "running"}>{paused ? "Paused" : "Live"}</span>{" "}
          {formatExact(shown.length)} lines
          {state.dropped > 0 ? ` · ${formatExact(state.dropped)} dropped` : ""}
          {paused ? ` · ${formatExact(state.arrived)} new` : ""}
        </span>
        <button
          type="button"
          onClick={() => {
            setPaused(!paused);
            setState(resumed);
          }}
        >
          {paused ? "Resume" : "Pause"}
        </button>
      </div>
      {problem === undefined ? null : <FailureNotice failure={problem} />}
      {first.failure === undefined ? null : <FailureNotice failure={first.failure} retry={first.reload} />}
      {first.data === undefined && first.failure === undefined ? (
        <Loading what="the log" />
      ) : (
        <LogText lines={shown} follow={!paused} service={service} />
      )}
    </section>
  );
}

function withLines(before: LogState, { lines, dropped }: LiveEvents["log"], paused: boolean): LogState {
  const next = { ...before, dropped: before.dropped + dropped };
  return paused
    ? { ...next, waiting: [...before.waiting, ...lines].slice(-maxLines), arrived: before.arrived + lines.length }
    : { ...next, lines: [...before.lines, ...lines].slice(-maxLines) };
}

function resumed(before: LogState): LogState {
  const { lines, waiting, arrived, dropped } = before;
  return { lines: [...lines, ...waiting].slice(-maxLines), dropped: dropped + arrived - waiting.length, waiting: [], arrived: 0 };
}

/** The lines; while the end is visible, new lines move the others up. */
function LogText({
  lines,
  follow,
  service,
}: {
  readonly lines: readonly string[];
  readonly follow: boolean;
  readonly service: string;
}): JSX.Element {
  const element = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const box = element.current;
    if (box !== null && follow && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [lines, follow]);
  return (
    <pre
      class="log tall"
      ref={element}
      tabIndex={0}
      aria-label={`Lines of the log of ${service}`}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollTop + clientHeight >= scrollHeight - 24;
      }}
    >
      {lines.length === 0 ? <span class="muted">No lines.</span> : <VisibleText text={lines.join("\n")} />}
    </pre>
  );
}
