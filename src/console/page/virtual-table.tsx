/**
 * A real table of which only the visible rows exist. Each row is a <tbody>, so that it may have a second row with details. A table of a million
 * rows is taller than browsers allow; above `maxPixels` the scroll bar is scaled, and all rows can still be reached.
 */

import { Virtualizer, elementScroll, observeElementRect } from "@tanstack/virtual-core";
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

export interface VirtualTableProps {
  /** The name of the table for screen readers. */
  readonly label: string;
  readonly count: number;
  /** Height of a row without details. */
  readonly rowPx: number;
  /** Width of the columns, as classes of page.css; one per column. */
  readonly columns: readonly string[];
  readonly head: ComponentChildren;
  /** The <tr> elements of a row. */
  readonly row: (index: number) => ComponentChildren;
  readonly rowKey?: (index: number) => string | number;
  /** Rows may be higher than `rowPx`: they are measured. */
  readonly measured?: boolean;
  /** Called when other rows become visible. */
  readonly onRange?: (first: number, last: number) => void;
  readonly class?: string;
  /** On narrower pages the table scrolls. Default: no minimum. */
  readonly minPx?: number;
}

/** Firefox draws nothing beyond 17.8 million pixels. */
const maxPixels = 8_000_000;

export function VirtualTable(props: VirtualTableProps): JSX.Element {
  const { label, count, rowPx, columns, head, row, rowKey, measured = false, onRange, minPx = 0 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [, render] = useReducer((round: number) => round + 1, 0);
  const ratio = measured ? 1 : Math.max(1, (count * rowPx) / maxPixels);
  const ratioNow = useRef(ratio);
  ratioNow.current = ratio;

  const holder = useRef<Virtualizer<HTMLDivElement, HTMLTableSectionElement> | undefined>(undefined);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 8,
    getItemKey: (index: number) => rowKey?.(index) ?? index,
    observeElementRect,
    observeElementOffset: (
      instance: Virtualizer<HTMLDivElement, HTMLTableSectionElement>,
      take: (offset: number, scrolling: boolean) => void,
    ) => {
      const element = instance.scrollElement;
      if (element === null) return undefined;
      const onScroll = (): void => take(element.scrollTop * ratioNow.current, false);
      onScroll();
      element.addEventListener("scroll", onScroll, { passive: true });
      return () => element.removeEventListener("scroll", onScroll);
    },
    scrollToFn: (
      offset: number,
      how: Parameters<typeof elementScroll>[1],
      instance: Virtualizer<HTMLDivElement, HTMLTableSectionElement>,
    ) => elementScroll(offset / ratioNow.current, how, instance),
    onChange: () => render(0),
  } as const;
  holder.current ??= new Virtualizer<HTMLDivElement, HTMLTableSectionElement>(options);
  const virtualizer = holder.current;
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());

  const items = virtualizer.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  useLayoutEffect(() => {
    if (first !== undefined && last !== undefined) onRange?.(first.index, last.index);
  }, [first?.index, last?.index, count, onRange]);

  const height = measured ? virtualizer.getTotalSize() : Math.min(count * rowPx, maxPixels);
  const offset = virtualizer.scrollOffset ?? 0;
  const shown = first === undefined || last === undefined ? 0 : last.end - first.start;
  const above = first === undefined ? 0 : Math.max(0, Math.min(offset / ratio - (offset - first.start), height - shown));
  return (
    <div class={`scroll ${props.class ?? ""}`} ref={scroller} tabIndex={0} role="region" aria-label={label}>
      <table aria-rowcount={count + 1} class="grid" {...(minPx > 0 ? { style: { minWidth: `${minPx}px` } } : {})}>
        <colgroup>
          {columns.map((name, index) => (
            <col key={index} class={name} />
          ))}
        </colgroup>
        <thead>{head}</thead>
        <Spacer px={above} columns={columns.length} />
        {items.map((item) => (
          <tbody
            key={item.key}
            data-index={item.index}
            {...(measured ? { ref: (element: HTMLTableSectionElement | null) => virtualizer.measureElement(element) } : {})}
          >
            {row(item.index)}
          </tbody>
        ))}
        <Spacer px={Math.max(0, height - above - shown)} columns={columns.length} />
      </table>
    </div>
  );
}

function Spacer({ px, columns }: { readonly px: number; readonly columns: number }): JSX.Element | null {
  if (px < 1) return null;
  return (
    <tbody aria-hidden="true">
      <tr class="spacer" style={{ height: `${px}px` }}>
        <td colSpan={columns} />
      </tr>
    </tbody>
  );
}
