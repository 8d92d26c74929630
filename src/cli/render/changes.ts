import type { Change } from "../../core/change.ts";
import { escapeControls } from "./cell.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { formatCount } from "../../core/units.ts";

export interface PlannedOperation {
  readonly operation: string;
  readonly target: string;
  /** The reason, as a text. */
  readonly cause: string;
}

/** What `up` changed: one line per change, and the number of unchanged declarations. */
export function renderChanges(changes: readonly Change[]): string {
  const made = changes.filter((change) => change.result !== "unchanged");
  const unchanged = changes.length - made.length;
  const lines = made.map(
    ({ kind, name, result, cause }) =>
      `${result} ${kind} ${escapeControls(name)}${cause === undefined ? "" : `: ${escapeControls(cause)}`}`,
  );
  if (unchanged > 0) lines.push(`${formatCount(unchanged, "declaration")} unchanged`);
  return lines.map((line) => `${line}\n`).join("");
}

/** The plan of a dry run: one row per operation, with its cause. */
export function renderPlan(plan: readonly PlannedOperation[], options: TableOptions): string {
  if (plan.length === 0) return "Nothing to do\n";
  const rows = plan.map(({ operation, target, cause }) => [operation, target, cause]);
  return renderTable(["operation", "target", "cause"], rows, options);
}
