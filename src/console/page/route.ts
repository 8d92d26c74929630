/**
 * The state of the page as its address: `/messages?topic=…&from=newest`. Everything that a link should restore is a parameter here; pure, so
 * that a test can check each round trip.
 */

export const viewNames = ["pipeline", "messages", "windows", "query", "processor", "services"] as const;
export type ViewName = (typeof viewNames)[number];

export interface Route {
  readonly view: ViewName;
  /** Only the parameters of the view, without empty ones. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Parameters by view, in the order in which an address lists them. Others are ignored. */
const parametersOf: Readonly<Record<ViewName, readonly string[]>> = {
  pipeline: [],
  messages: ["topic", "tab", "from", "partition", "filter", "internal"],
  windows: ["column", "from", "to", "span", "show", "order"],
  query: ["engine", "sql", "sort", "chart", "x"],
  processor: [],
  services: ["log", "lines"],
};

export const viewTitles: Readonly<Record<ViewName, string>> = {
  pipeline: "Pipeline",
  messages: "Messages",
  windows: "Windows",
  query: "Query",
  processor: "Processor",
  services: "Services",
};

/** The route of an address; the pipeline for a path that is no view. */
export function parseRoute(path: string, search: string): Route {
  const name = path.split("/")[1] ?? "";
  const view = viewNames.find((known) => known === name) ?? "pipeline";
  const given = new URLSearchParams(search);
  return { view, parameters: ordered(view, Object.fromEntries(given)) };
}

/** The address of a route, relative to the server. */
export function formatRoute({ view, parameters }: Route): string {
  const search = new URLSearchParams(ordered(view, parameters)).toString();
  return `${view === "pipeline" ? "/" : `/${view}`}${search === "" ? "" : `?${search}`}`;
}

/** The same view with other parameters; an empty one is removed. */
export function withParameters({ view, parameters }: Route, changes: Readonly<Record<string, string>>): Route {
  return { view, parameters: ordered(view, { ...parameters, ...changes }) };
}

/** `Windows, all differing – stack – streamctl`: what distinguishes tabs comes first. */
export function routeTitle({ view, parameters }: Route, stackId: string): string {
  const { topic, show, log, column } = parameters;
  const subject = { messages: topic, windows: show === undefined || show === "all" ? column : show, services: log }[view as string];
  return [subject === undefined ? viewTitles[view] : `${subject}, ${viewTitles[view].toLowerCase()}`, stackId, "streamctl"].join(" – ");
}

function ordered(view: ViewName, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = parametersOf[view].map((name) => [name, Object.hasOwn(given, name) ? (given[name] ?? "") : ""] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}
