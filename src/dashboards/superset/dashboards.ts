/**
 * Imports the declared dashboards into Superset. Objects are identified by their UUIDs, so everything that users make there remains. The
 * last step of an import records its identity with the datasets: an interrupted import is repeated.
 */

import { StreamctlError } from "../../core/errors.ts";
import { isObject, type JsonObject, numberAt, parseJson, stringAt } from "../../core/json.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";
import { type DashboardBundle, type DashboardIdentity, type DeclaredObject, type ObjectKind, uniqueField } from "./bundle.ts";
import { SupersetClient, type SupersetAccess, type SupersetSession } from "./client.ts";

/** How to reach Superset. */
export interface DashboardAccess {
  /** Reads address and password; the password exists once the service has been started. */
  readonly read: () => Promise<SupersetAccess>;
  /** Shared by all requests of a command. */
  readonly session: SupersetSession;
}

export interface DashboardObservation {
  /** Descriptions of declared objects that Superset does not have, such as `chart "Income"`. */
  readonly missing: readonly string[];
  /** Whether none of the dashboards exists. */
  readonly absent: boolean;
  /** What was imported last; undefined if an import was interrupted. */
  readonly imported: DashboardIdentity | undefined;
  /** Descriptions of objects of the user that have the name of a declared one, which Superset does not allow. */
  readonly conflicts: readonly string[];
}

export interface DashboardPlan {
  readonly result: "created" | "unchanged" | "updated";
  readonly cause: string;
}

/**
 * Compares the dashboards in Superset with the declared ones. Pure.
 *
 * @throws StreamctlError `dashboard` if an object of the user is in the way
 */
export function planDashboards(observed: DashboardObservation, wanted: DashboardIdentity): DashboardPlan {
  const { missing, absent, imported, conflicts } = observed;
  if (conflicts.length > 0) {
    throw new StreamctlError("dashboard", `Cannot import the dashboards into Superset: it has another ${conflicts.join(" and another ")}`, {
      hint: "Rename or delete it in Superset, then run: streamctl up",
      facts: { engine: "superset" },
    });
  }
  if (absent) return { result: "created", cause: "it does not exist" };
  if (missing.length > 0) return { result: "updated", cause: `Superset does not have ${missing.join(", ")}` };
  if (imported === undefined) return { result: "updated", cause: "its import did not complete" };
  if (imported.declarations !== wanted.declarations) return { result: "updated", cause: "its declarations changed" };
  if (imported.values !== wanted.values) return { result: "updated", cause: "the address of its data changed" };
  return { result: "unchanged", cause: "its declarations are unchanged" };
}

/** Reads what Superset has of the declared objects. @throws StreamctlError `dashboard`, `unreachable`, `interrupted` */
export async function observeDashboards(
  bundle: DashboardBundle,
  access: DashboardAccess,
  deadline: StepDeadline,
): Promise<DashboardObservation> {
  const client = await SupersetClient.signIn(access.read, access.session, deadline);
  const existing = await listAll(client, bundle);
  const conflicts = bundle.objects.filter(({ kind, uuid, unique }) => {
    const field = uniqueField(kind);
    return unique !== undefined && existing[kind].some((one) => stringAt(one, field ?? "") === unique && stringAt(one, "uuid") !== uuid);
  });
  const missing = bundle.objects.filter((object) => rowOf(object, existing) === undefined);
  const dashboards = bundle.objects.filter(({ kind }) => kind === "dashboard");
  return {
    missing: missing.map(describe),
    absent: dashboards.every((object) => missing.includes(object)),
    imported: importedIn(bundle, existing),
    conflicts: conflicts.map(describe),
  };
}

/**
 * Imports the bundle, lets everybody on this machine view the dashboards, and records the identity.
 *
 * @throws StreamctlError `dashboard`, `unreachable`, `interrupted`
 */
export async function applyDashboards(bundle: DashboardBundle, access: DashboardAccess, deadline: StepDeadline): Promise<void> {
  const client = await SupersetClient.signIn(access.read, access.session, deadline);
  await client.importBundle(await zipOf(bundle));
  const [existing, publicRole] = await Promise.all([listAll(client, bundle), client.roleId("Public")]);
  const change = async (kind: ObjectKind, fieldsOf: (object: DeclaredObject) => JsonObject): Promise<void> => {
    for (const object of bundle.objects.filter((one) => one.kind === kind)) {
      const id = numberAt(rowOf(object, existing), "id");
      if (id !== undefined) await client.update(kind, id, fieldsOf(object));
    }
  };
  await change("dashboard", () => ({ roles: [publicRole] }));
  await change("dataset", (object) => ({ extra: JSON.stringify(extraOf(object, bundle.identity)) }));
}

function extraOf({ content: { extra } }: DeclaredObject, streamctl: DashboardIdentity | null): JsonObject {
  return { ...(isObject(extra) ? extra : {}), streamctl };
}

type Existing = Readonly<Record<ObjectKind, readonly JsonObject[]>>;

async function listAll(client: SupersetClient, { objects }: DashboardBundle): Promise<Existing> {
  const list = async (kind: ObjectKind): Promise<readonly JsonObject[]> => {
    if (!objects.some((object) => object.kind === kind)) return [];
    const unique = uniqueField(kind);
    return await client.list(kind, ["id", "uuid", ...(unique === undefined ? [] : [unique]), ...(kind === "dataset" ? ["extra"] : [])]);
  };
  const [database, dataset, chart, dashboard] = await Promise.all([list("database"), list("dataset"), list("chart"), list("dashboard")]);
  return { database, dataset, chart, dashboard };
}

function rowOf({ kind, uuid }: DeclaredObject, existing: Existing): JsonObject | undefined {
  return existing[kind].find((row) => stringAt(row, "uuid") === uuid);
}

/** The identity that all declared datasets have. */
function importedIn({ objects }: DashboardBundle, existing: Existing): DashboardIdentity | undefined {
  const found = objects
    .filter(({ kind }) => kind === "dataset")
    .map((object) => {
      const extra = parseJson(stringAt(rowOf(object, existing), "extra") ?? "");
      return [stringAt(extra, "streamctl", "declarations"), stringAt(extra, "streamctl", "values")] as const;
    });
  const [declarations, values] = found[0] ?? [];
  if (declarations === undefined || values === undefined) return undefined;
  return found.every((one) => one[0] === declarations && one[1] === values) ? { declarations, values } : undefined;
}

function describe({ kind, title }: DeclaredObject): string {
  return `${kind} "${title}"`;
}

/** The ZIP file of an import; the content is JSON, which is YAML too. The datasets have no identity until the import is complete. */
async function zipOf({ metadata, objects }: DashboardBundle): Promise<Uint8Array<ArrayBuffer>> {
  const { strToU8, zipSync } = await import("fflate");
  const files = objects.map((object) => {
    const { kind, path, content } = object;
    return [path, kind === "dataset" ? { ...content, extra: extraOf(object, null) } : content] as const;
  });
  const entries = [["metadata.yaml", metadata] as const, ...files].map(([path, content]) => [
    `streamctl/${path}`,
    strToU8(JSON.stringify(content)),
  ]);
  return new Uint8Array(zipSync(Object.fromEntries(entries), { level: 0 }));
}
