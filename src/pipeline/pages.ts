/** The pages of a stack that a browser can open. */

import { adminUser, dashboardPath, supersetService } from "../dashboards/superset/service.ts";
import type { ServiceName } from "../state/service-identity.ts";
import type { PortType } from "../stack/service-type.ts";
import { type ServiceCatalog, services } from "./catalog.ts";
import type { Endpoints } from "./endpoints.ts";

export interface Page {
  /** Such as `Pinot, tables and queries`. */
  readonly label: string;
  readonly url: string;
  /** Who may change something there; absent if the page has no login. */
  readonly login?: { readonly user: string; readonly passwordFile: string };
}

/** The dashboards of a stack: their slugs, and the file with the password. */
export interface ShownDashboards {
  readonly slugs: readonly string[];
  readonly passwordFile: string;
}

/** The pages of the stack's services, in the order of the catalog. @param present names of the services that streamctl started */
export function pagesOf(
  endpoints: Endpoints,
  present: readonly ServiceName[],
  dashboards: ShownDashboards,
  catalog: ServiceCatalog = services,
): readonly Page[] {
  const urls: Readonly<Record<string, string>> = { ...endpoints };
  return Object.values(catalog)
    .filter(({ name }) => present.includes(name))
    .flatMap(({ name, ports }) =>
      Object.entries<PortType>(ports).flatMap(([port, { page: label }]): readonly Page[] => {
        const url = urls[port];
        if (label === undefined || url === undefined) return [];
        if (name !== supersetService.name) return [{ label, url }];
        const { slugs, passwordFile } = dashboards;
        const paths = slugs.length === 0 ? [""] : slugs.map(dashboardPath);
        return paths.map((path) => ({ label, url: `${url}${path}`, login: { user: adminUser, passwordFile } }));
      }),
    );
}
