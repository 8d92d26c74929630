/** What runs, as a table. */

import type { StatusReport } from "../../pipeline/status.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { formatBytes, formatDuration } from "./units.ts";

/** A line for the choices, then one line a service. */
export function renderStatus(report: StatusReport, options: TableOptions): string {
  const rows = report.services.map((service) => [
    service.name,
    service.state,
    service.pid,
    service.uptimeMs === null ? null : formatDuration(service.uptimeMs),
    service.rssBytes === null ? null : formatBytes(service.rssBytes),
    service.endpoint,
  ]);
  return `runtime ${report.runtime}, processor ${report.processor}\n\n${renderTable(["service", "state", "pid", "up for", "memory", "endpoint"], rows, options)}`;
}
