/** The rows of the table of windows, requested page by page as they become visible. Only the pages near the visible ones are kept. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { WindowPage, WindowRow } from "../api.ts";
import { failureOf, requestJson, retryMs, type Failure } from "./requests.ts";

const pageRows = 100;
const keptPages = 12;

export interface WindowRows {
  /** Undefined before the first response. */
  readonly total: number | undefined;
  readonly failure: Failure | undefined;
  readonly rowAt: (index: number) => WindowRow | undefined;
  readonly onRange: (first: number, last: number) => void;
}

interface State {
  readonly total: number | undefined;
  readonly failure: Failure | undefined;
  readonly pages: ReadonlyMap<number, readonly WindowRow[]>;
}

/** @param revision changes when windows have changed: the visible pages are requested again */
export function useWindowRows(show: string, order: string, revision: number): WindowRows {
  const [state, setState] = useState<State>({ total: undefined, failure: undefined, pages: new Map() });
  const visible = useRef({ first: 0, last: pageRows - 1 });
  const [round, setRound] = useState(0);
  const lastMs = useRef(0);
  useEffect(() => {
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      lastMs.current = performance.now();
      const first = Math.floor(visible.current.first / pageRows);
      const last = Math.floor(visible.current.last / pageRows);
      try {
        const numbers = Array.from({ length: Math.min(4, last - first + 1) }, (_, index) => first + index);
        const pages = await Promise.all(
          numbers.map((page) =>
            requestJson<WindowPage>(
              `/api/windows/rows?${new URLSearchParams({ offset: String(page * pageRows), limit: String(pageRows), order, show })}`,
              abort.signal,
            ),
          ),
        );
        setState((before) => ({ total: pages[0]?.total ?? 0, failure: undefined, pages: withPages(before.pages, pages) }));
      } catch (error) {
        if (abort.signal.aborted) return;
        setState((before) => ({ ...before, failure: failureOf(error) }));
        timer = setTimeout(() => setRound((count) => count + 1), retryMs);
      }
    };
    let timer = setTimeout(() => void load(), Math.max(0, lastMs.current + (round === 0 ? 500 : 60) - performance.now()));
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [show, order, revision, round]);
  const onRange = useCallback((first: number, last: number) => {
    const page = (index: number): number => Math.floor(index / pageRows);
    const moved = page(first) !== page(visible.current.first) || page(last) !== page(visible.current.last);
    visible.current = { first, last };
    if (moved) setRound((count) => count + 1);
  }, []);
  return {
    total: state.total,
    failure: state.failure,
    rowAt: (index) => state.pages.get(Math.floor(index / pageRows))?.[index % pageRows],
    onRange,
  };
}

/** The pages with newer ones; the oldest of too many are dropped. */
function withPages(
  before: ReadonlyMap<number, readonly WindowRow[]>,
  pages: readonly WindowPage[],
): ReadonlyMap<number, readonly WindowRow[]> {
  const next = new Map(before);
  for (const { offset, rows } of pages) {
    next.delete(offset / pageRows);
    next.set(offset / pageRows, rows);
  }
  for (const page of next.keys()) if (next.size > keptPages) next.delete(page);
  return next;
}
