/** The declared dashboards of a stack, and how to reach the service that shows them. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Declarations } from "../core/assets.ts";
import { StreamctlError, whyUnreadable } from "../core/errors.ts";
import { readBundle } from "../dashboards/superset/bundle.ts";
import type { SupersetAccess } from "../dashboards/superset/client.ts";
import { adminPassword, supersetService } from "../dashboards/superset/service.ts";
import { windowsTable } from "../spec/names.ts";
import type { ServiceDefinition } from "../stack/service.ts";
import type { StateFolder } from "../state/state-folder.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Dashboards } from "./graph/dashboard.ts";

export interface DashboardsContext {
  readonly endpoints: Endpoints;
  readonly declarations: Declarations;
  readonly folder: StateFolder;
}

/**
 * The dashboards; undefined if the stack has no service for them, or none is declared.
 *
 * @param definitions of the stack's services
 * @throws StreamctlError `usage` for invalid declarations
 */
export async function openDashboards(
  definitions: readonly ServiceDefinition[],
  { endpoints, declarations, folder }: DashboardsContext,
): Promise<Dashboards | undefined> {
  const service = definitions.find(({ name }) => name === supersetService.name);
  if (service === undefined) return undefined;
  // The service knows how it reaches Pinot, which depends on the runtime.
  const values = { pinotUri: String(service.values["pinotUri"]), table: windowsTable };
  const bundle = await readBundle(declarations, values);
  if (bundle === undefined) return undefined;
  const passwordFile = passwordFileOf(folder);
  const read = async (): Promise<SupersetAccess> => ({ url: endpoints.superset, password: await readPassword(passwordFile), passwordFile });
  return { bundle, access: { read, session: {} } };
}

/** The file with the password of the user admin. */
export function passwordFileOf(folder: StateFolder): string {
  return join(folder.secretDir(supersetService.name), adminPassword);
}

async function readPassword(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw new StreamctlError("dashboard", `Cannot read "${path}": ${whyUnreadable(error)}`, {
      cause: error,
      hint: "Restart Superset with a new password: streamctl up --without superset, then: streamctl up --with superset",
    });
  }
}
