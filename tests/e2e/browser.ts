/** Debian's Chromium, for tests of pages. */

import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Why this machine cannot run tests of pages; undefined if it can. `make test` installs Chromium where it may. */
export const withoutBrowser: string | undefined = existsSync(executablePath)
  ? undefined
  : `SKIPPED, because ${executablePath} is missing. As root on Debian, run: make setup-browser`;

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
