/** Messages as rows that open to their details. */

import type { JSX, TargetedKeyboardEvent } from "preact";
import { useCallback, useState } from "preact/hooks";
import { formatBytes } from "../../core/units.ts";
import type { MessageRow } from "../api.ts";
import { formatExact } from "./format.ts";
import { MessageDetail } from "./message-detail.tsx";
import { Time, VisibleText } from "./text.tsx";
import { VirtualTable } from "./virtual-table.tsx";

const columns = ["col-toggle", "col-time", "col-partition", "col-offset", "col-key", "col-value", "col-size"] as const;
/** The first characters of a value, in its row. */
const previewLength = 400;

const keyOf = ({ partition, offset }: MessageRow): string => `${partition}:${offset}`;

export function MessageTable({ topic, rows }: { readonly topic: string; readonly rows: readonly MessageRow[] }): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((key: string) => {
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  }, []);
  return (
    <VirtualTable
      class="messages"
      label={`Messages of ${topic}`}
      count={rows.length}
      rowPx={28}
      minPx={640}
      measured
      columns={columns}
      rowKey={(index) => {
        const row = rows[index];
        return row === undefined ? index : keyOf(row);
      }}
      head={
        <tr>
          <th scope="col">
            <span class="visually-hidden">Details</span>
          </th>
          <th scope="col">Time</th>
          <th scope="col" class="number">
            Part.
          </th>
          <th scope="col" class="number">
            Offset
          </th>
          <th scope="col">Key</th>
          <th scope="col">Value</th>
          <th scope="col" class="number">
            Size
          </th>
        </tr>
      }
      row={(index) => {
        const row = rows[index];
        if (row === undefined) return null;
        const key = keyOf(row);
        return <MessageRows topic={topic} row={row} index={index} open={open.has(key)} onToggle={() => toggle(key)} />;
      }}
    />
  );
}

interface MessageRowsProps {
  readonly topic: string;
  readonly row: MessageRow;
  readonly index: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function MessageRows({ topic, row, index, open, onToggle }: MessageRowsProps): JSX.Element {
  const name = `Message ${row.offset} of partition ${row.partition}`;
  return (
    <>
      <tr
        aria-rowindex={index + 2}
        class={open ? "open" : ""}
        onClick={({ target }) =>
          target instanceof Element && target.closest("button") === null && String(getSelection()) === "" ? onToggle() : undefined
        }
      >
        <td class="fixed">
          <button type="button" class="toggle" aria-expanded={open} aria-label={name} onClick={onToggle} onKeyDown={moveBetweenRows} />
        </td>
        <td>{row.timestampMs < 0 ? <span class="muted">none</span> : <Time ms={row.timestampMs} />}</td>
        <td class="number">{row.partition}</td>
        <td class="number">{formatExact(row.offset)}</td>
        <td class="code clip">
          {row.key === null ? <span class="muted">null</span> : <VisibleText text={row.key.slice(0, previewLength)} line />}
        </td>
        <td class="code clip">
          {row.value === null ? <span class="muted">null</span> : <VisibleText text={row.value.slice(0, previewLength)} line />}
        </td>
        <td class="number">{formatBytes(row.valueBytes)}</td>
      </tr>
      {open ? (
        <tr class="detail">
          <td colSpan={columns.length}>
            <MessageDetail topic={topic} row={row} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

/** The arrow keys move between the rows. */
function moveBetweenRows(event: TargetedKeyboardEvent<HTMLButtonElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const body = event.currentTarget.closest("tbody");
  const next = event.key === "ArrowDown" ? body?.nextElementSibling : body?.previousElementSibling;
  const button = next?.querySelector<HTMLButtonElement>("button.toggle");
  if (button === null || button === undefined) return;
  event.preventDefault();
  button.focus();
  button.scrollIntoView({ block: "nearest" });
}
