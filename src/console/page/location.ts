/** The current route as a signal, and the ways to change it. Links are plain links, so that a new tab and a copied address work. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { formatRoute, parseRoute, withParameters, type Route, type ViewName } from "./route.ts";

const current = signal(parseRoute(location.pathname, location.search));

export const route: ReadonlySignal<Route> = current;

/** A parameter of the current view; undefined if the address has none. */
export function parameter(name: string): string | undefined {
  return current.value.parameters[name];
}

/** Shows a view. `replace` changes the current entry of the history: for changes that Back should not undo one by one. */
export function navigate(next: Route, how: "push" | "replace" = "push"): void {
  const address = formatRoute(next);
  if (address === formatRoute(current.peek())) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  current.value = next;
}

/** Changes parameters of the current view; an empty value removes one. */
export function setParameters(changes: Readonly<Record<string, string>>, how: "push" | "replace" = "push"): void {
  navigate(withParameters(current.peek(), changes), how);
}

/** A link for each view that leads back to its last parameters in this tab. */
const lastRoutes = computed<Partial<Record<ViewName, Route>>>((): Partial<Record<ViewName, Route>> => {
  remembered = { ...remembered, [current.value.view]: current.value };
  return remembered;
});
let remembered: Partial<Record<ViewName, Route>> = {};

export function viewAddress(view: ViewName): string {
  return formatRoute(lastRoutes.value[view] ?? { view, parameters: {} });
}

/** Follows Back and Forward, and the links of the page without loading it again. */
export function startRouting(): void {
  addEventListener("popstate", () => {
    current.value = parseRoute(location.pathname, location.search);
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || link.origin !== location.origin || link.target !== "" || link.hasAttribute("download")) return;
    if (link.pathname === location.pathname && link.hash !== "") return;
    event.preventDefault();
    navigate(parseRoute(link.pathname, link.search));
  });
}
