/** The declared dashboards of a stack, and how to reach the service that shows them. */

import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Declarations } from "../core/assets.ts";
import { StreamctlError } from "../core/errors.ts";
import { readIfExists, writeDurably } from "../core/files.ts";
import { readBundle } from "../dashboards/superset/bundle.ts";
import type { SupersetAccess } from "../dashboards/superset/client.ts";
import { adminPassword, supersetService } from "../dashboards/superset/service.ts";
import { windowsTable } from "../spec/names.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { ServiceDefinition } from "../stack/service.ts";
import type { StateFolder } from "../state/state-folder.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Dashboards } from "./graph/dashboard.ts";

export interface DashboardsContext {
  readonly endpoints: Endpoints;
  readonly declarations: Declarations;
  readonly folder: StateFolder;
  readonly runtime: Runtime;
}

/**
 * The dashboards; undefined if the stack has no service for them, or none is declared.
 *
 * @param definitions of the stack's services
 * @throws StreamctlError `usage` for invalid declarations
 */
export async function openDashboards(
  definitions: readonly ServiceDefinition[],
  { endpoints, declarations, folder, runtime }: DashboardsContext,
): Promise<Dashboards | undefined> {
  const service = definitions.find(({ name }) => name === supersetService.name);
  if (service === undefined) return undefined;
  // The service knows how it reaches Pinot, which depends on the runtime.
  const values = { pinotUri: String(service.values["pinotUri"]), table: windowsTable };
  const bundle = await readBundle(declarations, values);
  if (bundle === undefined) return undefined;
  const passwordFile = passwordFileOf(folder);
  const read = async (): Promise<SupersetAccess> => ({
    url: endpoints.superset,
    password: await readPassword(passwordFile, runtime),
    passwordFile,
  });
  return { bundle, access: { read, session: {} } };
}

/** The file with the password of the user admin. */
export function passwordFileOf(folder: StateFolder): string {
  return join(folder.secretDir(supersetService.name), adminPassword);
}

/** A container creates its password in its volume; the state folder gets a copy, which the user may edit. */
async function readPassword(path: string, runtime: Runtime): Promise<string> {
  const known = await readIfExists(path);
  if (known !== undefined) return known.trim();
  const created = await runtime.dataOf(supersetService.name).read(join("secrets", adminPassword));
  if (created !== undefined) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(path, created, 0o600);
    return created.trim();
  }
  throw new StreamctlError("dashboard", `Cannot read "${path}": the file does not exist`, {
    hint: "Restart Superset with a new password: streamctl up --without superset, then: streamctl up --with superset",
  });
}
