import { formatSeconds } from "../../core/units.ts";
import type { UpReport } from "../../pipeline/up.ts";
import { renderChanges } from "./changes.ts";

/** The services, the changes, and the next commands. */
export function renderUp(report: UpReport): string {
  const started = report.services.map(({ name, operation, endpoint, readyMs }) => {
    const time = readyMs === null ? "" : `ready in ${formatSeconds(readyMs)}`;
    return `${name.padEnd(10)} ${endpoint.padEnd(24)} ${operation === "keep" || operation === "await" ? "was running" : time}`.trimEnd();
  });
  return [
    ...started,
    "",
    renderChanges(report.changes).trimEnd(),
    `Up in ${formatSeconds(report.elapsedMs)}. Next: streamctl data -n 1000, then streamctl verify --wait 60s`,
    "",
  ].join("\n");
}
