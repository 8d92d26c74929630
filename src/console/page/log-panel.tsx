/** The end of a service's log as it grows. */

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogDocument } from "../api.ts";
import { formatExact } from "./format.ts";
import { connection, connectionNumber, logEvent, problems } from "./live.ts";
import { maxLogLines, noLines, resumed, withLines } from "./log-lines.ts";
import { FailureNotice } from "./notice.tsx";
import { failureOf, requestJson, type Failure } from "./requests.ts";
import { VisibleText } from "./text.tsx";

export function LogPanel({ service }: { readonly service: string }): JSX.Element {
  const [state, setState] = useState(noLines);
  const [failure, setFailure] = useState<Failure | undefined>();
  const [paused, setPaused] = useState(false);
  const [filter, setFilter] = useState("");
  const pausedNow = useRef(paused);
  pausedNow.current = paused;
  useEffect(
    () =>
      effect(() => {
        const event = logEvent.value;
        if (event?.service !== service) return;
        setState((before) => withLines(before, event, connectionNumber.peek(), pausedNow.current));
      }),
    [service],
  );
  const all = state.lines;
  const loadMore = async (): Promise<void> => {
    try {
      const { lines } = await requestJson<LogDocument>(
        `/api/logs/${encodeURIComponent(service)}?lines=${maxLogLines}`,
        new AbortController().signal,
      );
      setState((before) => ({ ...before, lines }));
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
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
        <button type="button" disabled={all.length >= maxLogLines} onClick={() => void loadMore()}>
          Earlier lines
        </button>
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
      {failure === undefined ? null : <FailureNotice failure={failure} />}
      <LogText lines={shown} follow={!paused} service={service} />
    </section>
  );
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
