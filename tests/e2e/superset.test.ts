/** Superset with its dashboard, on real engines. Skipped where its packages cannot be installed. */

import { afterAll, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pollUntil } from "../../src/core/wait.ts";
import { inBrowser, withoutBrowser } from "./browser.ts";
import { Stack } from "./streamctl.ts";
import { Visitor } from "./superset-api.ts";

const stack = await Stack.create(21_000);
const url = `http://127.0.0.1:${8090 + stack.offset}`;
const first = await stack.run(["up", "--port-offset", String(stack.offset), "--with", "superset", "--json"], { timeoutMs: 600_000 });
const failure = first.exitCode === 0 ? undefined : JSON.parse(first.stdout).error;
/** A machine without Python or without a package index; any other failure fails the tests. */
const lacking = ["download", "prerequisite"].includes(failure?.code) ? `SKIPPED: ${failure.message}` : undefined;
if (lacking !== undefined) test.skip(`Superset with its dashboard: ${lacking}`, () => {});

afterAll(async () => {
  expect(await stack.end()).toEqual([]);
});

const total = { metrics: ["income", "paid_transactions"], columns: [] };
const perWindow = { metrics: ["income"], columns: ["WINDOW_START"], orderby: [["latest_window", false]], row_limit: 400 };

async function query(sql: string): Promise<readonly (readonly number[])[]> {
  return (await stack.json(["query", sql])).rows;
}

async function send(count: number): Promise<void> {
  await stack.json(["data", "-n", String(count), "--rate", "max"]);
  await stack.json(["verify", "--wait", "60s"]);
}

async function password(): Promise<string> {
  return (await readFile(join(stack.stateDir, "superset/admin-password"), "utf8")).trim();
}

describe.skipIf(lacking !== undefined)("Superset", () => {
  const visitor = new Visitor(url);

  test("starts with the stack, and up imports its dashboard", () => {
    expect(first).toMatchObject({ exitCode: 0 });
    const report = JSON.parse(first.stdout);
    expect(report.endpoints.superset).toBe(url);
    expect(report.changes).toContainEqual({ kind: "dashboard", name: "income", result: "created" });
    expect(report.pages).toContainEqual({
      service: "superset",
      label: "Superset",
      url: `${url}/superset/dashboard/income/`,
      login: { user: "admin", passwordFile: join(stack.stateDir, "superset/admin-password") },
    });
  });

  test("keeps its secrets in files of the user, and nowhere else", async () => {
    const folder = join(stack.stateDir, "superset");
    const names = await readdir(folder);
    expect(names.toSorted()).toEqual(["admin-password", "secret-key"]);
    const secrets = await Promise.all(names.map(async (name) => (await readFile(join(folder, name), "utf8")).trim()));
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    const pid = await stack.pidOf("superset");
    const places = [
      first.stdout,
      first.stderr,
      await readFile(join(stack.stateDir, "run.json"), "utf8"),
      await readFile(join(stack.stateDir, "log/superset.log"), "utf8"),
      await readFile(`/proc/${pid}/cmdline`, "utf8"),
      await readFile(`/proc/${pid}/environ`, "utf8"),
    ];
    expect(secrets.filter((secret) => places.some((place) => place.includes(secret)))).toEqual([]);
  });

  test("shows without a login the numbers that query returns, and the current ones after more data", async () => {
    await visitor.begin();
    for (const count of [2000, 3000]) {
      await send(count);
      const [[paid, transactions] = []] = await query("SELECT SUM(TOTAL_PAID), SUM(TOTAL_TRANSACTIONS) FROM transaction_window");
      const { json } = await visitor.chartData("Total income", total);
      expect(json.result[0].data).toEqual([{ income: paid, paid_transactions: transactions }]);
      const rows = await query("SELECT WINDOW_START, TOTAL_PAID FROM transaction_window ORDER BY WINDOW_START DESC LIMIT 400");
      const windows = (await visitor.chartData("Income per window", perWindow)).json.result[0].data;
      expect(windows.map((row: Record<string, number>) => [row["WINDOW_START"], row["income"]])).toEqual(rows);
    }
  });

  test("lets nobody change anything, or run SQL, without a login", async () => {
    const dashboard = (await visitor.ask("GET", "/api/v1/dashboard/income")).json.result.id;
    const refused: readonly (readonly [method: string, path: string, body?: object])[] = [
      ["PUT", `/api/v1/dashboard/${dashboard}`, { dashboard_title: "x" }],
      ["DELETE", `/api/v1/dashboard/${dashboard}`],
      ["POST", "/api/v1/dashboard/", { dashboard_title: "x" }],
      ["POST", "/api/v1/chart/", { slice_name: "x", datasource_id: 1, datasource_type: "table" }],
      ["PUT", "/api/v1/dataset/1", { sql: "x" }],
      ["POST", "/api/v1/sqllab/execute/", { database_id: 1, sql: "SELECT 1" }],
      ["GET", "/api/v1/database/"],
      ["GET", "/api/v1/security/users/"],
      ["POST", "/api/v1/assets/import/"],
    ];
    for (const [method, path, body] of refused) expect([path, (await visitor.ask(method, path, body)).status]).toEqual([path, 401]);
    const own = { expressionType: "SQL", sqlExpression: "MAX(TOTAL_PAID)", label: "x" };
    for (const sql of [
      { ...total, metrics: [own] },
      { ...total, extras: { where: "TOTAL_PAID > 1" } },
      { ...total, columns: [own] },
    ])
      expect((await visitor.chartData("Total income", sql)).status).toBe(403);
    const elsewhere = await fetch(`${url}/api/v1/dashboard/income`, { headers: { host: "example.com" } });
    expect(elsewhere.status).toBe(400);
  });

  test("keeps what the user makes, updates what was edited, and recreates what was deleted", async () => {
    const admin = await new Visitor(url).begin();
    await admin.signIn("admin", await password());
    expect((await admin.ask("POST", "/api/v1/dashboard/", { dashboard_title: "Mine", slug: "mine" })).status).toBe(201);
    const before = (await admin.ask("GET", "/api/v1/dashboard/mine")).json.result;
    expect((await stack.json(["up"])).changes).toContainEqual(expect.objectContaining({ name: "income", result: "unchanged" }));
    const edited = await stack.edited("superset/dashboards/income.yaml", "refresh_frequency: 10", "refresh_frequency: 30");
    const { changes } = await stack.json(["up", "--dir", edited]);
    expect(changes.filter(({ result }: Record<string, string>) => result !== "unchanged")).toEqual([
      { kind: "dashboard", name: "income", result: "updated", cause: "its declarations changed" },
    ]);
    const dashboard = (await admin.ask("GET", "/api/v1/dashboard/income")).json.result;
    expect(JSON.parse(dashboard.json_metadata).refresh_frequency).toBe(30);
    expect((await admin.ask("DELETE", `/api/v1/dashboard/${dashboard.id}`)).status).toBe(200);
    expect((await stack.json(["up"])).changes).toContainEqual({ kind: "dashboard", name: "income", result: "created" });
    expect((await visitor.ask("GET", "/api/v1/dashboard/income")).status).toBe(200);
    expect((await admin.ask("GET", "/api/v1/dashboard/mine")).json.result).toEqual({
      ...before,
      changed_on_delta_humanized: expect.any(String),
      created_on_delta_humanized: expect.any(String),
    });
  });

  const inChromium = withoutBrowser === undefined ? test : test.skip;
  inChromium(`shows current numbers in a browser, and refreshes them${withoutBrowser ? `: ${withoutBrowser}` : ""}`, async () => {
    const totalIncome = async (): Promise<string> => {
      const [[paid = 0] = []] = await query("SELECT SUM(TOTAL_PAID) FROM transaction_window");
      return paid.toLocaleString("en");
    };
    await inBrowser(`${url}/superset/dashboard/income/`, async (page) => {
      const foreign: string[] = [];
      page.on(
        "response",
        (answer) => void (answer.url().startsWith("http") && !answer.url().startsWith(url) && foreign.push(answer.url())),
      );
      await page
        .getByLabel("The sum of all windows")
        .getByText(await totalIncome(), { exact: true })
        .waitFor({ timeout: 60_000 });
      await page.getByText("Last windows").waitFor();
      await send(1000);
      // The dashboard refreshes itself every ten seconds.
      await page
        .getByLabel("The sum of all windows")
        .getByText(await totalIncome(), { exact: true })
        .waitFor({ timeout: 60_000 });
      expect(await page.getByText("error", { exact: false }).count()).toBe(0);
      expect(foreign).toEqual([]);
    });
  });

  test("stays up while Pinot is down, and shows numbers again when it is back", async () => {
    await stack.kill("pinot");
    const { status, json } = await visitor.chartData("Total income", total);
    expect([status, json.errors?.[0]?.level ?? json.result?.[0]?.status]).not.toEqual([200, "success"]);
    expect((await visitor.ask("GET", "/api/v1/dashboard/income")).status).toBe(200);
    const { services } = await stack.json(["up"]);
    expect(services.find(({ name }: Record<string, string>) => name === "superset").operation).toBe("keep");
    await pollUntil(async () => ((await visitor.chartData("Total income", total)).status === 200 ? true : undefined), {
      timeoutMs: 30_000,
      what: "the chart",
    });
  });

  test("is stopped by --without, refuses a port that is taken, and comes back with its data", async () => {
    const { services } = await stack.json(["up", "--without", "superset"]);
    expect(services.map(({ name }: Record<string, string>) => name)).not.toContain("superset");
    const other = createServer().listen(8090 + stack.offset, "127.0.0.1");
    const { exitCode, stdout } = await stack.run(["up", "--with", "superset", "--json"]);
    expect([exitCode, JSON.parse(stdout).error]).toEqual([
      1,
      expect.objectContaining({ code: "port-taken", message: expect.stringContaining(`port ${8090 + stack.offset} (Superset) is in use`) }),
    ]);
    other.close();
    const { changes } = await stack.json(["up", "--with", "superset"]);
    expect(changes).toContainEqual(expect.objectContaining({ name: "income", result: "unchanged" }));
    expect((await stack.run(["logs", "superset"])).stdout).toContain("gunicorn");
  });

  test("keeps everything at down, and leaves nothing at down --volumes", async () => {
    await stack.json(["down"]);
    expect((await stack.up()).changes).toContainEqual(expect.objectContaining({ name: "income", result: "unchanged" }));
    await stack.json(["down", "--volumes"]);
    expect(await readdir(stack.stateDir).catch(() => [])).toEqual([]);
  });
});
