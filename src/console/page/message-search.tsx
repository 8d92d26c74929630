/** A search, as its results arrive. What was not searched is stated, with a button that goes on. */

import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { MessageQuery, MessageRow, SearchEvent } from "../api.ts";
import { formatExact, formatRate } from "./format.ts";
import { MessageExport } from "./message-export.tsx";
import { MessageTable } from "./message-table.tsx";
import type { MessageSelection } from "./message-toolbar.tsx";
import { Empty, FailureNotice } from "./notice.tsx";
import { failureOf, requestLines, type Failure } from "./requests.ts";

type Progress = Extract<SearchEvent, { kind: "progress" }>;
type End = Extract<SearchEvent, { kind: "end" }>;

interface SearchState {
  readonly rows: readonly MessageRow[];
  /** Rows that were removed from the list, because it is bounded. */
  readonly removed: number;
  readonly running: boolean;
  readonly progress: Progress | undefined;
  readonly end: End | undefined;
  readonly failure: Failure | undefined;
}

const pageRows = 200;
const maxRows = 5000;
const idle: SearchState = { rows: [], removed: 0, running: false, progress: undefined, end: undefined, failure: undefined };

export function MessageSearch(selection: MessageSelection): JSX.Element {
  const { topic, from, partition, filter } = selection;
  const [state, setState] = useState<SearchState>({ ...idle, running: true });
  const abort = useRef(new AbortController());

  const run = useCallback(
    async (start: string): Promise<void> => {
      abort.current.abort();
      const own = new AbortController();
      abort.current = own;
      const update = (change: (before: SearchState) => SearchState): void => {
        if (abort.current === own) setState(change);
      };
      update((before) => ({ ...(start === from ? idle : before), running: true, end: undefined, failure: undefined }));
      const query: MessageQuery = {
        topic,
        from: start,
        limit: String(pageRows),
        ...(partition === "" ? {} : { partition }),
        ...(filter === "" ? {} : { filter }),
      };
      try {
        await requestLines(`/api/messages?${new URLSearchParams({ ...query })}`, { signal: own.signal }, (event) =>
          update((before) => withEvent(before, event as SearchEvent)),
        );
      } catch (error) {
        if (!own.signal.aborted) update((before) => ({ ...before, failure: failureOf(error) }));
      }
      update((before) => ({ ...before, running: false }));
    },
    [topic, from, partition, filter],
  );
  useEffect(() => {
    void run(from);
    return () => abort.current.abort();
  }, [run, from]);

  const { rows, failure, running } = state;
  return (
    <>
      <div class="result-line">
        <SearchStatus state={state} filtered={filter !== ""} />
        <span class="actions">
          {running ? (
            <button type="button" onClick={() => abort.current.abort()}>
              Cancel
            </button>
          ) : (
            <SearchActions state={state} onGoOn={(cursor) => void run(`cursor:${cursor}`)} onRepeat={() => void run(from)} />
          )}
          <MessageExport topic={topic} rows={rows} />
        </span>
      </div>
      {failure === undefined ? null : <FailureNotice failure={failure} retry={() => void run(from)} />}
      {rows.length > 0 ? (
        <MessageTable topic={topic} rows={rows} />
      ) : running || failure !== undefined ? null : (
        <NothingFound state={state} filtered={filter !== ""} />
      )}
    </>
  );
}

function withEvent(before: SearchState, event: SearchEvent): SearchState {
  if (event.kind === "rows") {
    const rows = [...before.rows, ...event.rows];
    const surplus = Math.max(0, rows.length - maxRows);
    return { ...before, rows: surplus > 0 ? rows.slice(surplus) : rows, removed: before.removed + surplus };
  }
  if (event.kind === "progress") return { ...before, progress: event };
  if (event.kind === "end") return { ...before, end: event };
  return { ...before, failure: event.error };
}

function SearchStatus({ state, filtered }: { readonly state: SearchState; readonly filtered: boolean }): JSX.Element {
  const { rows, removed, running, progress, end } = state;
  const counts = end ?? progress;
  const parts = [
    `${formatExact(rows.length + removed)} ${filtered ? "found" : "read"}`,
    ...(filtered && counts !== undefined ? [`${formatExact(counts.scanned)} searched`] : []),
    ...(counts?.left !== undefined && counts.left !== null
      ? [counts.left === 0 ? "nothing left" : `${formatExact(counts.left)} not searched yet`]
      : []),
    ...(running && progress !== undefined ? [`${formatRate(progress.scannedPerSecond)}/s`] : []),
    ...(removed > 0 ? [`the last ${formatExact(rows.length)} are shown`] : []),
  ];
  return (
    <p class="status" role="status">
      <span class={running ? "running" : ""}>
        {running ? "Searching" : end === undefined ? "Stopped" : end.left === 0 ? "Complete" : "Not finished"}
      </span>{" "}
      {parts.join(" · ")}
    </p>
  );
}

function SearchActions({
  state,
  onGoOn,
  onRepeat,
}: {
  readonly state: SearchState;
  readonly onGoOn: (cursor: string) => void;
  readonly onRepeat: () => void;
}): JSX.Element {
  const cursor = state.end?.cursor ?? null;
  return (
    <>
      {cursor === null ? null : (
        <button type="button" class="primary" onClick={() => onGoOn(cursor)}>
          Go on
        </button>
      )}
      <button type="button" onClick={onRepeat}>
        Search again
      </button>
    </>
  );
}

function NothingFound({ state, filtered }: { readonly state: SearchState; readonly filtered: boolean }): JSX.Element {
  const left = state.end?.left ?? null;
  if (!filtered)
    return <Empty title="No messages here">Choose another start or partition, or send records, for example with: streamctl data</Empty>;
  return left === 0 ? (
    <Empty title="No message matches">All messages from the chosen start were searched.</Empty>
  ) : (
    <Empty title="Nothing found so far">
      {left === null ? "The search was stopped." : `${formatExact(left)} messages were not searched yet.`}
    </Empty>
  );
}
