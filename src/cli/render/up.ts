/** What `up` did and what to type next. */

import type { UpReport } from "../../pipeline/up.ts";
import { renderChanges } from "./changes.ts";

export function renderUp(report: UpReport): string {
  const started = report.services.map(({ name, operation, endpoint, readyMs }) => {
    const time = readyMs === null ? "" : `ready in ${(readyMs / 1000).toFixed(1)} s`;
    return `${name.padEnd(10)} ${endpoint.padEnd(24)} ${operation === "keep" || operation === "await" ? "was running" : time}`.trimEnd();
  });
  const seconds = (report.elapsedMs / 1000).toFixed(1);
  return [
    ...started,
    "",
    renderChanges(report.changes).trimEnd(),
    `Up in ${seconds} s. Next: streamctl data -n 1000, then streamctl verify --wait 60s`,
    "",
  ].join("\n");
}
