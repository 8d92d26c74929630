/**
 * What the console costs, and how soon its page is usable: `make bench-console`. Opens the page in Debian's Chromium on this machine, so the
 * browser takes its share of the processor too. Writes a section of bench/RESULTS.md.
 *
 * Environment: RECORDS per run of `data` (default 3,000,000), PAIRS of runs with and without the page (default 5).
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { residentBytes } from "../src/core/process.ts";
import { launchBrowser, withoutBrowser } from "../tests/e2e/browser.ts";
import { describeMachine } from "./machine.ts";
import { median } from "./measure.ts";
import { megabytes, ms, perSecond, Report } from "./report.ts";
import { keepSection } from "./results.ts";
import { MeasuredStack } from "./stack.ts";

const records = Number(process.env["RECORDS"] ?? 3_000_000);
const pairs = Number(process.env["PAIRS"] ?? 5);
const loads = 15;
const windows = 100_000;
const offset = 11_000;
const url = `http://127.0.0.1:${8080 + offset}`;
const folder = await mkdtemp(join(tmpdir(), "streamctl-console-"));
const report = new Report();

const stack = new MeasuredStack(join(folder, "state"), offset);

/** The highest resident memory of a process so far, in bytes. */
async function peakBytes(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]) * 1024;
}

/** When the page showed something, in milliseconds after the first byte of the server's answer. */
interface Load {
  /** The navigation, the view and the badge of the proof, which all respond. */
  readonly usableMs: number;
  /** The first state of the pipeline. */
  readonly stateMs: number;
}

/** Notes the times in the page, so that the browser's driver does not count. */
const noteTimes = `globalThis.shownAtMs = {};
new MutationObserver((_, observer) => {
  if (document.querySelector("header nav") && document.querySelector("header .badge-text")) shownAtMs.usable ??= performance.now();
  if (!document.querySelector("main li.stage")) return;
  shownAtMs.state = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });`;

async function load(page: Page): Promise<Load> {
  await page.addInitScript(noteTimes);
  await page.goto(url, { waitUntil: "commit" });
  await page.locator("main li.stage").first().waitFor();
  const since = "- performance.getEntriesByType('navigation')[0].responseStart";
  return await page.evaluate(`({ usableMs: shownAtMs.usable ${since}, stateMs: shownAtMs.state ${since} })`);
}

async function benchLoads(browser: Browser): Promise<void> {
  const all: Load[] = [];
  for (let run = 0; run < loads; run += 1) {
    // Each has a cache of its own.
    const context = await browser.newContext();
    all.push(await load(await context.newPage()));
    await context.close();
  }
  const usable = median(all.map(({ usableMs }) => usableMs));
  report.add(`page usable after the server answers, median of ${loads}`, ms(usable), "≤ 300 ms", usable <= 300);
  report.add("first state of the pipeline shown, median", ms(median(all.map(({ stateMs }) => stateMs))), "(none)", true);
}

async function benchData(browser: Browser): Promise<void> {
  const rates: { readonly open: number[]; readonly closed: number[] } = { open: [], closed: [] };
  const rateOfData = async (): Promise<number> => {
    const { elapsedMs } = await stack.send(["-n", String(records), "--rate", "max"]);
    return (records / elapsedMs) * 1000;
  };
  await rateOfData();
  for (let pair = 0; pair < pairs; pair += 1) {
    rates.closed.push(await rateOfData());
    const page = await browser.newPage();
    await load(page);
    rates.open.push(await rateOfData());
    await page.close();
  }
  const ratio = median(rates.open.map((rate, pair) => rate / (rates.closed[pair] ?? Number.NaN)));
  report.add(`rate of data without the page, median of ${pairs}`, perSecond(median(rates.closed)), "(the baseline)", true);
  report.add(`rate of data with the page open, median of ${pairs}`, perSecond(median(rates.open)), "(see the ratio)", true);
  report.add("with the page ÷ without, median of the pairs", ratio.toFixed(2), "≥ 0.9", ratio >= 0.9);
}

async function benchMemory(browser: Browser, pid: number): Promise<void> {
  await stack.send(["-n", String(windows), "--start-time", "2020-01-01T00:00:00Z", "--spacing", "3s"]);
  const page = await browser.newPage();
  await page.goto(`${url}/windows`);
  await Bun.sleep(15_000);
  const now = (await residentBytes(pid)) ?? Number.NaN;
  report.add(
    `memory of the server with the page open on ${windows.toLocaleString("en")} windows`,
    megabytes(now),
    "≤ 120 MB",
    now <= 120e6,
  );
  const peak = await peakBytes(pid);
  report.add("highest memory of the server", megabytes(peak), "(none)", true);
  await page.close();
}

try {
  if (withoutBrowser !== undefined) throw new Error(withoutBrowser);
  const machine = await describeMachine();
  report.say(machine);
  const { services } = await stack.run("up", "--port-offset", String(offset), "--with", "console");
  const { pid } = services.find((service: { readonly name: string }) => service.name === "console");
  const browser = await launchBrowser();
  try {
    await stack.send(["-n", "1000", "--rate", "max"]);
    await benchLoads(browser);
    await benchMemory(browser, pid);
    await benchData(browser);
  } finally {
    await browser.close();
  }
  process.stdout.write(`${report.print()}\n`);
  await keepSection({ title: "The console", command: "make bench-console", machine, body: report.table() });
} finally {
  await stack.run("down", "--volumes");
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = report.reached ? 0 : 1;
