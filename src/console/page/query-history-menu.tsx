/** The statements of earlier queries of an engine. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { clearHistory, readHistory, type HistoryEntry } from "./query-history.ts";
import { Time } from "./text.tsx";

export function HistoryMenu({ engine, onChoose }: { readonly engine: string; readonly onChoose: (sql: string) => void }): JSX.Element {
  const [entries, setEntries] = useState<readonly HistoryEntry[]>([]);
  const popover = useRef<HTMLDivElement>(null);
  const own = entries.filter((entry) => entry.engine === engine);
  return (
    <>
      <button type="button" popovertarget="query-history" onClick={() => setEntries(readHistory())}>
        History
      </button>
      <div id="query-history" popover="auto" class="popover wide" ref={popover}>
        <h2>History</h2>
        {own.length === 0 ? <p class="muted">No queries yet. The statements that you run are kept in this browser.</p> : null}
        <ul class="history">
          {own.map(({ sql, atMs }) => (
            <li key={sql}>
              <button
                type="button"
                onClick={() => {
                  onChoose(sql);
                  popover.current?.hidePopover();
                }}
              >
                <code>{sql}</code>
                <span class="muted">
                  <Time ms={atMs} date />
                </span>
              </button>
            </li>
          ))}
        </ul>
        {own.length === 0 ? null : (
          <button
            type="button"
            onClick={() => {
              clearHistory();
              setEntries([]);
            }}
          >
            Clear the history
          </button>
        )}
      </div>
    </>
  );
}
