/** All windows as a table: the values of the table, the expected ones where they differ, and late changes. */

import type { JSX } from "preact";
import type { WindowRow } from "../api.ts";
import { formatExact } from "./format.ts";
import { windowsRevision } from "./live.ts";
import { ProofSign } from "./marks.tsx";
import { Empty, FailureNotice, Loading } from "./notice.tsx";
import { useStack } from "./stack.ts";
import { Time } from "./text.tsx";
import { VirtualTable } from "./virtual-table.tsx";
import { useWindowRows } from "./window-pages.ts";

export type WindowFilter = "all" | "differing" | "settling" | "late";

const nothing: Readonly<Record<WindowFilter, string>> = {
  all: "No windows yet",
  differing: "No window differs",
  settling: "No window is settling",
  late: "No window was changed by a late record",
};

export function WindowTable({ show, order }: { readonly show: WindowFilter; readonly order: "newest" | "oldest" }): JSX.Element {
  const { columns } = useStack().pipeline.window;
  const { total, failure, rowAt, onRange } = useWindowRows(show, order, windowsRevision.value);
  if (total === undefined) return failure === undefined ? <Loading what="windows" /> : <FailureNotice failure={failure} />;
  if (total === 0)
    return <Empty title={nothing[show]}>{show === "all" ? "Send records, for example with: streamctl data" : undefined}</Empty>;
  return (
    <>
      {failure === undefined ? null : <FailureNotice failure={failure} />}
      <VirtualTable
        class="windows"
        label="Windows"
        count={total}
        rowPx={28}
        minPx={450 + 160 * columns.length}
        columns={["col-window", ...columns.map(() => "col-number"), "col-mark"]}
        onRange={onRange}
        head={
          <tr>
            <th scope="col">Window</th>
            {columns.map(({ name, aggregate, field }) => (
              <th key={name} scope="col" class="number" title={`${aggregate}${field === null ? "" : ` of ${field}`}`}>
                {name}
              </th>
            ))}
            <th scope="col">Proof</th>
          </tr>
        }
        row={(index) => <WindowTableRow index={index} row={rowAt(index)} columns={columns.length} />}
      />
    </>
  );
}

function WindowTableRow({
  index,
  row,
  columns,
}: {
  readonly index: number;
  readonly row: WindowRow | undefined;
  readonly columns: number;
}): JSX.Element {
  if (row === undefined)
    return (
      <tr aria-rowindex={index + 2}>
        <td class="muted">…</td>
        <td colSpan={columns + 1} />
      </tr>
    );
  const { startMs, values, expected, mark, changedLateAtMs } = row;
  return (
    <tr aria-rowindex={index + 2} class={`mark-${mark}`}>
      <th scope="row">
        <Time ms={startMs} date />
      </th>
      {Array.from({ length: columns }, (_, column) => (
        <td
          key={column}
          class="number"
          title={mark === "equal" ? undefined : `${values?.[column] ?? "none"}, expected ${expected?.[column] ?? "none"}`}
        >
          <Value
            value={values?.[column] ?? null}
            expected={mark === "equal" || mark === "unknown" ? undefined : (expected?.[column] ?? null)}
          />
        </td>
      ))}
      <td>
        <ProofSign state={mark} />
        {changedLateAtMs === null ? null : (
          <span class="late">
            late change <Time ms={changedLateAtMs} />
          </span>
        )}
      </td>
    </tr>
  );
}

/** A value, and the expected one if it is another. @param expected undefined if there is none to compare with; null if no record counts */
function Value({ value, expected }: { readonly value: number | null; readonly expected: number | null | undefined }): JSX.Element {
  const text = value === null ? "–" : formatExact(value);
  if (expected === undefined || expected === value) return <>{text}</>;
  return (
    <>
      <span class="differing-value">{text}</span>{" "}
      <span class="expected">
        <span aria-hidden="true">≠</span>
        <span class="visually-hidden">expected</span> {expected === null ? "none" : formatExact(expected)}
      </span>
    </>
  );
}
