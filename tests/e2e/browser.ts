/** Debian's Chromium, for tests of pages. */

import { existsSync } from "node:fs";
import { chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Why this machine cannot run tests of pages; undefined if it can. */
export const withoutBrowser: string | undefined = existsSync(executablePath)
  ? undefined
  : `SKIPPED, because ${executablePath} is missing (Debian: apt-get install chromium)`;

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

/** Opens a page in a new browser, which is closed afterwards. */
export async function inBrowser<T>(url: string, look: (page: Page) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1600 } });
    await page.goto(url);
    return await look(page);
  } finally {
    await browser.close();
  }
}
