/** What runs, as a table. */

import { renderTable, type TableOptions } from "./table.ts";
import { formatBytes, formatDuration } from "./units.ts";

export interface ServiceStatus {
  readonly name: string;
  readonly state: "healthy" | "starting" | "unhealthy" | "stopped";
  readonly pid: number | null;
  readonly uptimeMs: number | null;
  readonly rssBytes: number | null;
  readonly endpoint: string | null;
}

export interface StatusReport {
  readonly runtime: string;
  readonly processor: string;
  readonly services: readonly ServiceStatus[];
}

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
