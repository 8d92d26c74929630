import { formatSeconds } from "../../core/units.ts";
import type { Page } from "../../pipeline/pages.ts";
import type { UpReport } from "../../pipeline/up.ts";
import { renderChanges } from "./changes.ts";

/** The services, the changes, the pages for a browser, and the next commands. */
export function renderUp(report: UpReport): string {
  const started = report.services.map(({ name, operation, endpoint, readyMs }) => {
    const time = readyMs === null ? "" : `ready in ${formatSeconds(readyMs)}`;
    return `${name.padEnd(10)} ${endpoint.padEnd(24)} ${operation === "keep" || operation === "await" ? "was running" : time}`.trimEnd();
  });
  return [
    ...started,
    "",
    renderChanges(report.changes).trimEnd(),
    ...renderPages(report.pages),
    `Up in ${formatSeconds(report.elapsedMs)}. Next: streamctl data -n 1000, then streamctl verify --wait 60s`,
    "",
  ].join("\n");
}

function renderPages(pages: readonly Page[]): readonly string[] {
  if (pages.length === 0) return [];
  const width = Math.max(...pages.map(({ label }) => label.length));
  const lines = pages.flatMap(({ label, url, login }) => [
    `  ${label.padEnd(width)}  ${url}`,
    ...(login ? [`  ${"".padEnd(width)}  to edit: user ${login.user}, password in ${login.passwordFile}`] : []),
  ]);
  return ["", "Open in a browser:", ...lines, ""];
}
