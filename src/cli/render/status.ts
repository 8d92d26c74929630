/** What runs, as a table. */

import type { StatusReport } from "../../pipeline/status.ts";
import { harmless } from "./cell.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { formatBytes, formatDuration } from "./units.ts";

/** A line for the choices, then one line per service, then one line per topic, job and table. */
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
  const resources = report.resources.map(({ kind, name, state, detail }) => `${kind} ${name}: ${state} (${harmless(detail)})\n`);
  return `runtime ${report.runtime}, processor ${report.processor}\n\n${table}${resources.length === 0 ? "" : `\n${resources.join("")}`}`;
}
