/** Debian's Chromium, for tests of pages. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Why this machine cannot run tests of pages; undefined if it can. Where tests may install programs, Chromium is installed first. */
export const withoutBrowser: string | undefined = lackOfBrowser();

function lackOfBrowser(): string | undefined {
  if (existsSync(executablePath)) return undefined;
  const { CI: ci = "", STREAMCTL_TEST_INSTALL: install } = process.env;
  const lacking = `SKIPPED, because ${executablePath} is missing`;
  if (ci === "" && install !== "1") return `${lacking} (Debian: apt-get install chromium, or set STREAMCTL_TEST_INSTALL=1 as root)`;
  if (process.getuid?.() !== 0) return `${lacking}, and only root can install it`;
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
  ]) {
    const { status, stderr, error } = spawnSync("apt-get", args, { encoding: "utf8", timeout: 300_000 });
    if (status !== 0) return `${lacking}, and apt-get ${args[0]} failed: ${(error?.message ?? stderr).trim().split("\n").at(-1)}`;
  }
  return existsSync(executablePath) ? undefined : `${lacking}, although its package is installed`;
}

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a browser, which the caller closes. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath, args });
}

/** Opens a page in a new browser, which is closed afterwards. */
export async function inBrowser<T>(url: string, look: (page: Page) => Promise<T>): Promise<T> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1600 } });
    await page.goto(url);
    return await look(page);
  } finally {
    await browser.close();
  }
}
