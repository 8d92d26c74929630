/** `compare` on real engines, with small numbers. It leaves nothing behind, whether it ends by itself or is interrupted. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderComparePage } from "../../src/cli/render/compare-html.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { defaultProcessor } from "../../src/processors/catalog.ts";
import { exampleReport, exampleRow } from "../trials/compare/example-report.ts";
import { processesOf } from "./belongings.ts";
import { launchBrowser, withoutBrowser } from "./browser.ts";
import { run, start, type RunOptions } from "./streamctl.ts";

const offset = 19_500;
const processor = defaultProcessor();

let folder: string;
let options: RunOptions;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streamctl-e2e-"));
  await mkdir(join(folder, "tmp"));
  options = { cwd: folder, env: { TMPDIR: join(folder, "tmp") } };
});

afterEach(async () => {
  await rm(join(folder, "report.html"), { force: true });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Files of temporary stacks, processes of them, and files in the current folder. */
async function leftBehind(): Promise<unknown> {
  return { files: await readdir(join(folder, "tmp")), processes: await processesOf(folder), here: (await readdir(folder)).toSorted() };
}

const args = ["compare", "--port-offset", String(offset), "--processors", processor];
const small = ["--rate", "500", "--duration", "4s", "--burst", "20000", "--seed", "7"];

describe("compare", () => {
  test("measures a processor, which is exact, prints JSON, writes a page, and leaves nothing else behind", async () => {
    const { exitCode, stdout, stderr } = await run([...args, ...small, "--json", "--out", "report.html"], options);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining("recovery after kill -9") });
    const { freshnessMs, windowUpdates, rssBytes } = JSON.parse(stdout).rows[0];
    const positive = expect.any(Number);
    expect(JSON.parse(stdout)).toMatchObject({
      machine: expect.stringContaining("Linux"),
      pipeline: "transactions",
      options: { rate: 500, durationMs: 4000, burst: 20_000, seed: 7 },
      skipped: [],
      rows: [
        {
          processor,
          version: expect.stringMatching(/^\d/u),
          readyMs: positive,
          processorReadyMs: positive,
          freshnessMs: { p50: positive, p95: positive, p99: positive, samples: positive },
          burst: { records: 20_000, seconds: positive, recordsPerSecond: positive, cpuMicrosPerRecord: positive },
          cpuMicrosPerRecord: positive,
          rssBytes: positive,
          windowUpdates: positive,
          recoverMs: positive,
          exact: true,
          reason: null,
        },
      ],
    });
    expect(freshnessMs.p50).toBeGreaterThan(0);
    expect(freshnessMs.p99).toBeGreaterThanOrEqual(freshnessMs.p50);
    expect(freshnessMs.samples).toBeGreaterThanOrEqual(20);
    expect(windowUpdates).toBeGreaterThanOrEqual(1);
    expect(rssBytes).toBeGreaterThan(100e6);
    expect(await readFile(join(folder, "report.html"), "utf8")).toStartWith("<!doctype html>");
    expect(await leftBehind()).toEqual({ files: [], processes: [], here: ["report.html", "tmp"] });
  });

  test("removes its stack on Ctrl-C, while services start", async () => {
    const running = start([...args, ...small], options);
    const services = async (): Promise<true | undefined> => ((await processesOf(folder)).length > 2 ? true : undefined);
    await pollUntil(services, { timeoutMs: 60_000, what: "services" });
    running.child.kill("SIGINT");
    const { exitCode, stdout, stderr } = await running.outcome;
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: "" });
    expect(stderr).toContain("error: Interrupted\n");
    expect(await leftBehind()).toEqual({ files: [], processes: [], here: ["tmp"] });
  });

  test("removes its stack on Ctrl-C, while the processor is frozen", async () => {
    const running = start([...args, "--rate", "500", "--duration", "1s", "--burst", "10000000"], options);
    const filling = async (): Promise<true | undefined> => (running.narration().includes(": burst") ? true : undefined);
    await pollUntil(filling, { timeoutMs: 240_000, what: "the burst" });
    running.child.kill("SIGINT");
    expect((await running.outcome).exitCode).toBe(130);
    expect(await leftBehind()).toEqual({ files: [], processes: [], here: ["tmp"] });
  });

  test("starts nothing if a named processor cannot run, or the file cannot be written", async () => {
    const lacking = await run(["compare", "--processors", "ksqldb"], options);
    expect(lacking.exitCode).toBe(1);
    expect(lacking.stderr).toContain("no source was given");
    const unwritable = await run([...args, "--out", "missing/report.html"], options);
    expect(unwritable.exitCode).toBe(2);
    expect(unwritable.stderr).toContain('Cannot write "missing/report.html" (--out): the folder does not exist');
    expect(await leftBehind()).toEqual({ files: [], processes: [], here: ["tmp"] });
  });
});

const title = "the page of compare fits 360 pixels and violates no rule of axe, light and dark";

test.skipIf(withoutBrowser !== undefined)(withoutBrowser === undefined ? title : `${title}: ${withoutBrowser}`, async () => {
  const rows = [...exampleReport.rows, ...["ksqlDB", "Beam"].map((label) => ({ ...exampleRow, label }))];
  const path = join(folder, "report.html");
  await writeFile(path, renderComparePage({ ...exampleReport, rows }));
  const axe = await readFile(join(import.meta.dir, "../../node_modules/axe-core/axe.min.js"), "utf8");
  const browser = await launchBrowser();
  try {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport: { width: 360, height: 800 }, colorScheme });
      const messages: string[] = [];
      page.on("console", (message) => void messages.push(message.text()));
      await page.goto(`file://${path}`);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      expect(messages).toEqual([]);
      await page.evaluate(`(() => {${axe}})()`);
      const rules = `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`;
      expect(await page.evaluate(rules)).toEqual([]);
      await page.close();
    }
  } finally {
    await browser.close();
  }
});
