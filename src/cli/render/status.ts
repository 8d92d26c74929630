/** What runs, as a table. */

import type { StatusReport } from "../../pipeline/status.ts";
import { harmless } from "./cell.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { formatBytes, formatDuration } from "./units.ts";

/** A line for the choices, then one line a service, then the job that computes the windows. */
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
  const job = report.job === null ? "" : `\njob ${report.job.name}: ${harmless(report.job.detail)}\n`;
  return `runtime ${report.runtime}, processor ${report.processor}\n\n${table}${job}`;
}
