import type { StatusReport } from "../../pipeline/status.ts";
import { escapeControls } from "./cell.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { formatBytes, formatDuration } from "../../core/units.ts";

/** The runtime and the processor, a table of services, then one line per failed service, topic, job and table. */
export function renderStatus(report: StatusReport, options: TableOptions): string {
  const rows = report.services.map((service) => [
    service.name,
    service.state,
    service.pid,
    service.uptimeMs === null ? null : formatDuration(service.uptimeMs),
    service.rssBytes === null ? null : formatBytes(service.rssBytes),
    service.endpoint,
  ]);
  const table = renderTable(["service", "state", "pid", "up for", "memory", "endpoint"], rows, options);
  const failures = report.services.flatMap(({ name, detail }) => (detail === null ? [] : [`${name}: ${escapeControls(detail)}\n`]));
  const resources = report.resources.map(({ kind, name, state, detail }) => `${kind} ${name}: ${state} (${escapeControls(detail)})\n`);
  const notes = [...failures, ...resources];
  return `runtime ${report.runtime}, processor ${report.processor}\n\n${table}${notes.length === 0 ? "" : `\n${notes.join("")}`}`;
}
