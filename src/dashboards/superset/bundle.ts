/**
 * The declared dashboards: files in the format of Superset's exports, below `superset/`. Each object has a fixed UUID, by which an import
 * finds the object that it replaces. https://superset.apache.org/docs/configuration/importing-exporting-datasources
 */

import type { Declarations } from "../../core/assets.ts";
import { messageOf, StreamctlError } from "../../core/errors.ts";
import { isObject, type JsonObject, stringAt } from "../../core/json.ts";
import { shortHash } from "../../core/short-hash.ts";
import { renderTemplate, type TemplateValues } from "../../core/template.ts";

/** Kinds of objects, by the folder of their files. Their names are those of Superset's REST resources. */
export const kinds = { databases: "database", datasets: "dataset", charts: "chart", dashboards: "dashboard" } as const;

export type ObjectKind = (typeof kinds)[keyof typeof kinds];

export interface DeclaredObject {
  readonly kind: ObjectKind;
  readonly uuid: string;
  /** The name in Superset's pages. */
  readonly title: string;
  /** The value that no two objects of this kind may share in Superset; undefined for charts, which need none. */
  readonly unique: string | undefined;
  /** Path of its file below `superset/`. */
  readonly path: string;
  readonly content: JsonObject;
}

/** Identifies what was imported; stored with each imported dataset, and in run.json. */
export interface DashboardIdentity {
  /** Hash of the declarations. */
  readonly declarations: string;
  /** Hash of the values in them, such as the address of Pinot. */
  readonly values: string;
}

export interface DashboardBundle {
  /** The slugs of the dashboards, which are part of their URLs. */
  readonly slugs: readonly string[];
  /** `metadata.yaml`, which describes the bundle. */
  readonly metadata: JsonObject;
  readonly objects: readonly DeclaredObject[];
  readonly identity: DashboardIdentity;
}

const folder = "superset/";

/** The field of each kind that must be unique in Superset, and the field with its name. */
const fields: Readonly<Record<ObjectKind, { readonly title: string; readonly unique?: string }>> = {
  database: { title: "database_name", unique: "database_name" },
  dataset: { title: "table_name", unique: "table_name" },
  chart: { title: "slice_name" },
  dashboard: { title: "dashboard_title", unique: "slug" },
};

/** The name of the field with {@link DeclaredObject.unique}; undefined for charts. */
export function uniqueField(kind: ObjectKind): string | undefined {
  return fields[kind].unique;
}

/**
 * Reads the declared dashboards; undefined if none is declared.
 *
 * @throws StreamctlError `usage` for a file that is not YAML, has no UUID, or uses an unknown template value
 */
export async function readBundle(declarations: Declarations, values: TemplateValues): Promise<DashboardBundle | undefined> {
  const paths = declarations.paths().filter((path) => path.startsWith(folder) && path.endsWith(".yaml"));
  const { parse } = await import("yaml");
  const read = (path: string): JsonObject => {
    const text = renderTemplate(declarations.read(path), values, path);
    let content: unknown;
    try {
      content = parse(text);
    } catch (error) {
      throw new StreamctlError("usage", `Cannot read "${path}": ${messageOf(error)}`, { cause: error });
    }
    if (!isObject(content)) throw new StreamctlError("usage", `Cannot read "${path}": it does not contain fields`);
    return content;
  };
  const objects = paths.flatMap((path) => {
    const kind = kinds[path.split("/")[1] as keyof typeof kinds];
    return kind === undefined ? [] : [objectOf(kind, path, read(path))];
  });
  const slugs = objects.filter(({ kind }) => kind === "dashboard").map(({ path, unique }) => requireSlug(path, unique));
  if (slugs.length === 0) return undefined;
  const metadata = read(`${folder}metadata.yaml`);
  return {
    slugs,
    metadata,
    objects,
    identity: {
      declarations: shortHash(JSON.stringify(paths.map((path) => [path, declarations.read(path)]))),
      values: shortHash(JSON.stringify(values)),
    },
  };
}

function requireSlug(path: string, slug: string | undefined): string {
  if (slug !== undefined && /^[\w-]+$/u.test(slug)) return slug;
  throw new StreamctlError(
    "usage",
    `Cannot use "${folder}${path}": its slug, which becomes part of its URL, needs letters, digits, _ or -`,
  );
}

function objectOf(kind: ObjectKind, path: string, content: JsonObject): DeclaredObject {
  const { title: titleField, unique: uniqueName } = fields[kind];
  const [uuid, title] = [stringAt(content, "uuid"), stringAt(content, titleField)];
  if (uuid === undefined) throw new StreamctlError("usage", `Cannot use "${path}": it has no uuid`);
  if (title === undefined) throw new StreamctlError("usage", `Cannot use "${path}": it has no ${titleField}`);
  const unique = uniqueName === undefined ? undefined : stringAt(content, uniqueName);
  return { kind, uuid: uuid.toLowerCase(), title, unique, path: path.slice(folder.length), content };
}
