/** New messages as they arrive. At a high rate the server sends a sample, and the page says what is missing. */

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { MessageRow, TailEvent } from "../api.ts";
import { formatExact } from "./format.ts";
import { problems, tailEvent } from "./live.ts";
import { MessageExport } from "./message-export.tsx";
import { MessageTable } from "./message-table.tsx";
import { Empty, FailureNotice } from "./notice.tsx";

const maxRows = 500;

interface TailState {
  /** Newest first. */
  readonly rows: readonly MessageRow[];
  readonly received: number;
  readonly skipped: number;
  readonly behind: number;
  /** Messages that arrived during this pause. */
  readonly missed: number;
}

export function MessageTail({ topic }: { readonly topic: string }): JSX.Element {
  const [state, setState] = useState<TailState>({ rows: [], received: 0, skipped: 0, behind: 0, missed: 0 });
  const [paused, setPaused] = useState(false);
  const pausedNow = useRef(paused);
  pausedNow.current = paused;
  useEffect(
    () =>
      effect(() => {
        const event = tailEvent.value;
        if (event !== undefined) setState((before) => withTail(before, event, pausedNow.current));
      }),
    [],
  );
  const problem = problems.value["tail"];
  const { rows, received, skipped, behind, missed } = state;
  return (
    <>
      <div class="result-line">
        <p class="status">
          <span class={paused ? "" : "running"}>{paused ? "Paused" : "Live"}</span> {formatExact(received)} shown · {formatExact(skipped)}{" "}
          skipped · {formatExact(behind)} behind
          {paused ? ` · ${formatExact(missed)} arrived during the pause` : ""}
        </p>
        <span class="actions">
          <button
            type="button"
            class="primary"
            onClick={() => {
              setPaused(!paused);
              setState((before) => ({ ...before, missed: 0, skipped: before.skipped + (paused ? before.missed : 0) }));
            }}
          >
            {paused ? "Resume" : "Pause"}
          </button>
          <MessageExport topic={topic} rows={rows} />
        </span>
      </div>
      {problem === undefined ? null : <FailureNotice failure={problem} />}
      {rows.length > 0 ? (
        <MessageTable topic={topic} rows={rows} />
      ) : (
        <Empty title="Waiting for messages">New messages that match appear here.</Empty>
      )}
    </>
  );
}

function withTail(before: TailState, { rows, skipped, behind }: TailEvent, paused: boolean): TailState {
  if (paused) return { ...before, behind, missed: before.missed + rows.length + skipped };
  return {
    rows: rows.length === 0 ? before.rows : [...rows.toReversed(), ...before.rows].slice(0, maxRows),
    received: before.received + rows.length,
    skipped: before.skipped + skipped,
    behind,
    missed: 0,
  };
}
