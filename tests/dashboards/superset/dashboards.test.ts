import { describe, expect, test } from "bun:test";
import { strFromU8, unzipSync } from "fflate";
import { openDeclarations } from "../../../src/core/assets.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { readBundle } from "../../../src/dashboards/superset/bundle.ts";
import {
  applyDashboards,
  type DashboardAccess,
  type DashboardObservation,
  observeDashboards,
  planDashboards,
} from "../../../src/dashboards/superset/dashboards.ts";
import { failureOf } from "../../processors/failure.ts";
import { type FakeSuperset, password, startFakeSuperset } from "./fake-superset.ts";

const values = { pinotUri: "pinot://127.0.0.1:8099/query/sql", table: "transaction_window" };
const bundle = await requireBundle();

async function requireBundle() {
  const found = await readBundle(openDeclarations(), values);
  if (found === undefined) throw new Error("no dashboard is declared");
  return found;
}

function accessTo({ url }: FakeSuperset, tried = password): DashboardAccess {
  return { read: async () => ({ url, password: tried, passwordFile: "/state/superset/admin-password" }), session: {} };
}

const within = () => stepDeadline(5000);

describe("planDashboards()", () => {
  const present: DashboardObservation = { missing: [], absent: false, imported: bundle.identity, conflicts: [] };

  test.each([
    ["nothing if all is as declared", {}, "unchanged", "its declarations are unchanged"],
    ["the dashboard if it does not exist", { absent: true, missing: ["x"] }, "created", "it does not exist"],
    ["an object that was deleted", { missing: ['chart "Income"'] }, "updated", 'Superset does not have chart "Income"'],
    ["an import that was interrupted", { imported: undefined }, "updated", "its import did not complete"],
    ["edited declarations", { imported: { ...bundle.identity, declarations: "old" } }, "updated", "its declarations changed"],
    ["another address of Pinot", { imported: { ...bundle.identity, values: "old" } }, "updated", "the address of its data changed"],
  ] as const)("imports %s", (_, change, result, cause) => {
    expect(planDashboards({ ...present, ...change }, bundle.identity)).toEqual({ result, cause });
  });

  test("refuses to replace an object of the user", () => {
    expect(() => planDashboards({ ...present, conflicts: ['dataset "transaction_window"'] }, bundle.identity)).toThrow(
      'Cannot import the dashboards into Superset: it has another dataset "transaction_window"',
    );
  });
});

describe("observeDashboards() and applyDashboards()", () => {
  test("import the bundle into an empty Superset, publish the dashboard, and record the identity last", async () => {
    await using superset = startFakeSuperset();
    const access = accessTo(superset);
    const before = await observeDashboards(bundle, access, within());
    expect(before).toMatchObject({ absent: true, imported: undefined, conflicts: [] });
    expect(before.missing).toHaveLength(11);
    superset.requests.length = 0;
    await applyDashboards(bundle, access, within());
    const lists = ["chart", "dashboard", "database", "dataset"].map((kind) => `GET /api/v1/${kind}/`);
    // The session of the observation is used again.
    expect(superset.requests.slice(0, 2)).toEqual(["GET /api/v1/me/", "POST /api/v1/assets/import/"]);
    expect(superset.requests.slice(2, -2).toSorted()).toEqual([...lists, "GET /api/v1/security/roles/"]);
    expect(superset.requests.slice(-2)).toEqual([
      'PUT /api/v1/dashboard/1 {"roles":[2]}',
      `PUT /api/v1/dataset/1 ${JSON.stringify({ extra: JSON.stringify({ streamctl: bundle.identity }) })}`,
    ]);
    expect(await observeDashboards(bundle, access, within())).toEqual({
      missing: [],
      absent: false,
      imported: bundle.identity,
      conflicts: [],
    });
  });

  test("send each declared object in the format of an export", async () => {
    await using superset = startFakeSuperset();
    await applyDashboards(bundle, accessTo(superset), within());
    const files = unzipSync(superset.bundles[0] ?? new Uint8Array());
    const read = (path: string) => JSON.parse(strFromU8(files[`streamctl/${path}`] ?? new Uint8Array()));
    expect(Object.keys(files)).toHaveLength(12);
    expect(read("metadata.yaml")).toMatchObject({ type: "assets", version: "1.0.0" });
    expect(read("databases/pinot.yaml").sqlalchemy_uri).toBe(values.pinotUri);
    expect(read("datasets/pinot/transaction_window.yaml").extra).toEqual({ streamctl: null });
    expect(read("dashboards/income.yaml").metadata.refresh_frequency).toBe(10);
  });

  test("find what the user deleted, and an object of the user with the same name", async () => {
    await using superset = startFakeSuperset();
    const access = accessTo(superset);
    await applyDashboards(bundle, access, within());
    superset.edit("chart", (rows) => rows.filter(({ uuid }) => !String(uuid).endsWith("a302")));
    superset.edit("dashboard", (rows) => rows.map((row) => ({ ...row, uuid: "00000000-0000-4000-8000-000000000000" })));
    expect(await observeDashboards(bundle, access, within())).toEqual({
      missing: ['chart "Total income"', 'dashboard "Income in real time"'],
      absent: true,
      imported: bundle.identity,
      conflicts: ['dashboard "Income in real time"'],
    });
  });

  test("report an import that Superset refuses, and record nothing", async () => {
    await using superset = startFakeSuperset();
    superset.refuseImports();
    expect(await failureOf(applyDashboards(bundle, accessTo(superset), within()))).toMatchObject({
      code: "dashboard",
      message: "Cannot import the dashboards into Superset: Import failed for an unknown reason",
      facts: { engine: "superset", status: 500 },
    });
    expect(superset.requests.filter((request) => request.startsWith("PUT"))).toEqual([]);
  });

  test("name the file of a password that is wrong, and never the password", async () => {
    await using superset = startFakeSuperset();
    const failure = await failureOf(observeDashboards(bundle, accessTo(superset, "s3cret"), within()));
    expect(failure).toMatchObject({
      code: "dashboard",
      message: 'Cannot sign in to Superset as admin: the password in "/state/superset/admin-password" is wrong',
    });
    expect(JSON.stringify(failure)).not.toContain("s3cret");
  });
});
