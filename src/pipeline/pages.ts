/** The web pages of a stack's services. */

import { layoutOf, serviceType } from "./catalog.ts";
import { adminUser, dashboardPath, supersetService } from "../dashboards/superset/service.ts";
import type { StackChoices } from "../state/choices.ts";

export interface ServicePage {
  readonly service: string;
  /** Such as `Pinot`. */
  readonly label: string;
  readonly url: string;
}

/** The pages of these services, in their order. */
export function pagesOf(
  { runtime, portOffset }: Pick<StackChoices, "runtime" | "portOffset">,
  present: readonly { readonly name: string }[],
): readonly ServicePage[] {
  const { port } = layoutOf(runtime, portOffset);
  return present.flatMap(({ name }) =>
    Object.entries(serviceType(name)?.ports ?? {}).flatMap(([key, { page }]) =>
      page === undefined ? [] : [{ service: name, label: page, url: `http://127.0.0.1:${port(key)}` }],
    ),
  );
}

/** A page as `up` prints it. */
export interface Page extends ServicePage {
  /** Who may change something there; absent if the page has no login. */
  readonly login?: { readonly user: string; readonly passwordFile: string };
}

/** The dashboards of a stack: their slugs, and the file with the password. */
export interface ShownDashboards {
  readonly slugs: readonly string[];
  readonly passwordFile: string;
}

/** The pages of these services, with that of each dashboard in place of the start page of their service. */
export function openPages(
  choices: Parameters<typeof pagesOf>[0],
  present: Parameters<typeof pagesOf>[1],
  { slugs, passwordFile }: ShownDashboards,
): readonly Page[] {
  return pagesOf(choices, present).flatMap((page): readonly Page[] => {
    if (page.service !== supersetService.name) return [page];
    const paths = slugs.length === 0 ? [""] : slugs.map(dashboardPath);
    return paths.map((path) => ({ ...page, url: `${page.url}${path}`, login: { user: adminUser, passwordFile } }));
  });
}
