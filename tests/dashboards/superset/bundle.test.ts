import { describe, expect, test } from "bun:test";
import { assetPaths, type Declarations, readAsset } from "../../../src/core/assets.ts";
import { at, arrayAt, isObject, stringAt } from "../../../src/core/json.ts";
import { readBundle } from "../../../src/dashboards/superset/bundle.ts";
import { windowsTable } from "../../../src/spec/names.ts";
import { transactions } from "../../../src/spec/transactions.ts";
import { failureOf } from "../../processors/failure.ts";

const values = { pinotUri: "pinot://127.0.0.1:8099/query/sql", table: windowsTable };
const embedded: Declarations = { paths: assetPaths, read: readAsset };
const edited = (path: string, from: string | RegExp, to: string): Declarations => ({
  paths: assetPaths,
  read: (asset) => (asset === path ? readAsset(asset).replace(from, to) : readAsset(asset)),
});
const dashboardFile = "superset/dashboards/income.yaml";

describe("the declarations in superset/", () => {
  test("have distinct UUIDs, and refer only to declared objects", async () => {
    const { objects } = (await readBundle(embedded, values)) ?? { objects: [] };
    expect(new Set(objects.map(({ uuid }) => uuid)).size).toBe(objects.length);
    const uuidsOf = (kind: string) => objects.filter((object) => object.kind === kind).map(({ uuid }) => uuid);
    const of = (kind: string, field: string) => objects.filter((one) => one.kind === kind).map(({ content }) => stringAt(content, field));
    expect(uuidsOf("database")).toContain(of("dataset", "database_uuid")[0] ?? "");
    expect(new Set(of("chart", "dataset_uuid"))).toEqual(new Set(uuidsOf("dataset")));
    const position = objects.find(({ kind }) => kind === "dashboard")?.content["position"];
    const shown = Object.values(isObject(position) ? position : {}).map((item) => stringAt(item, "meta", "uuid"));
    expect(shown.filter((uuid) => uuid !== undefined).toSorted()).toEqual(uuidsOf("chart").toSorted());
  });

  test("name exactly the columns of Pinot's table", async () => {
    const { objects } = (await readBundle(embedded, values)) ?? { objects: [] };
    const dataset = objects.find(({ kind }) => kind === "dataset")?.content;
    const [window] = transactions.windows;
    expect(dataset?.["table_name"]).toBe(window.name);
    const schema = JSON.parse(readAsset("pinot/schema.json").replaceAll("{{table}}", windowsTable));
    const columns = ["dateTimeFieldSpecs", "dimensionFieldSpecs", "metricFieldSpecs"].flatMap((specs) => arrayAt(schema, specs));
    expect(arrayAt(dataset, "columns").map((column) => at(column, "column_name"))).toEqual(columns.map((column) => at(column, "name")));
  });
});

describe("readBundle()", () => {
  test("returns the slugs, and an identity that depends on declarations and values separately", async () => {
    const [one, other, moved] = await Promise.all([
      readBundle(embedded, values),
      readBundle(edited(dashboardFile, "refresh_frequency: 10", "refresh_frequency: 30"), values),
      readBundle(embedded, { ...values, pinotUri: "pinot://127.0.0.1:9099/query/sql" }),
    ]);
    expect(one?.slugs).toEqual(["income"]);
    expect(other?.identity).toEqual({
      ...one?.identity,
      declarations: expect.not.stringMatching(one?.identity.declarations ?? ""),
    } as never);
    expect(moved?.identity).toEqual({ ...one?.identity, values: expect.not.stringMatching(one?.identity.values ?? "") } as never);
  });

  test("returns nothing if no dashboard is declared", async () => {
    const paths = () => assetPaths().filter((path) => path !== dashboardFile);
    expect(await readBundle({ paths, read: readAsset }, values)).toBeUndefined();
  });

  test.each([
    ["that is not YAML", "position:", "position: [", 'Cannot read "superset/dashboards/income.yaml": '],
    ["without a UUID", /^uuid: .*$/mu, "", 'Cannot use "superset/dashboards/income.yaml": it has no uuid'],
    ["without a title", "dashboard_title:", "title:", 'Cannot use "superset/dashboards/income.yaml": it has no dashboard_title'],
    ["without a slug", "slug: income", "slug: in come", "its slug, which becomes part of its URL, needs letters, digits, _ or -"],
    ["with an unknown value", "published: true", 'published: "{{what}}"', "unknown value {{what}}"],
  ])("refuses a file %s", async (_, from, to, says) => {
    expect(await failureOf(readBundle(edited(dashboardFile, from, to), values))).toMatchObject({
      code: "usage",
      message: expect.stringContaining(says),
    });
  });
});
