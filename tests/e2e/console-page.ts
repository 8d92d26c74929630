/** The console's page in a browser, with everything that the browser reports about it. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page, Locator } from "playwright-core";
import { pollUntil } from "../../src/core/wait.ts";

/** What must not happen while the page is open. */
export interface Findings {
  /** Errors and warnings of the browser's console, and exceptions. */
  readonly errors: string[];
  /** Requests that failed, or were answered with an error. */
  readonly failures: string[];
  /** Requests to other addresses than 127.0.0.1. */
  readonly foreign: string[];
}

export interface PageOptions {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

/** Paths of the views, in the order of the navigation. */
export const views = {
  Pipeline: "/",
  Messages: "/messages",
  Windows: "/windows",
  Query: "/query",
  Processor: "/processor",
  Services: "/services",
} as const;
export type ViewTitle = keyof typeof views;

/** Folder for screenshots, if somebody wants to look at them. */
const screenshots = process.env["STREAMCTL_TEST_SCREENSHOTS"];

let axe: string | undefined;

export class ConsolePage {
  readonly page: Page;
  readonly url: string;
  readonly findings: Findings = { errors: [], failures: [], foreign: [] };

  private constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  /** Opens a page with a profile of its own. */
  static async open(browser: Browser, url: string, path = "/", { width = 1440, scheme = "light" }: PageOptions = {}): Promise<ConsolePage> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, acceptDownloads: true });
    const opened = new ConsolePage(await context.newPage(), url);
    await opened.#watch();
    await opened.page.goto(`${url}${path}`);
    await opened.badge.waitFor();
    return opened;
  }

  async #watch(): Promise<void> {
    const { page, findings, url } = this;
    page.on("console", (message) => void (["error", "warning"].includes(message.type()) && findings.errors.push(message.text())));
    page.on("pageerror", (error) => void findings.errors.push(String(error)));
    // A page that changes its view aborts what it no longer needs.
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      if (reason !== "net::ERR_ABORTED") findings.failures.push(`${request.url()} ${reason}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) findings.failures.push(`${response.url()} ${response.status()}`);
    });
    page.context().on("request", (request) => {
      if (!request.url().startsWith(`${url}/`) && !/^(?:blob|data):/u.test(request.url())) findings.foreign.push(request.url());
    });
    await page.addInitScript(
      "addEventListener('securitypolicyviolation', (event) => console.error('CSP', event.violatedDirective, event.blockedURI))",
    );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  get badge(): Locator {
    return this.page.locator("header .badge-text");
  }

  get heading(): Locator {
    return this.page.locator("h1");
  }

  /** A stage of the pipeline by its title. */
  stage(title: string): Locator {
    return this.page.locator("li.stage").filter({ has: this.page.getByRole("heading", { name: title, exact: true }) });
  }

  /** Opens a view by its address, and waits for its content. */
  async show(view: ViewTitle, search = ""): Promise<void> {
    await this.page.goto(`${this.url}${views[view]}${search}`);
    await this.loaded();
  }

  /** Resolves when nothing is loading. */
  async loaded(): Promise<void> {
    await this.page.locator("main").waitFor();
    const isLoaded = "document.querySelector('main .loading, main .caption')?.textContent?.includes('oading') !== true";
    await this.until(isLoaded, "the view");
  }

  /** Waits until an expression is true. Playwright's own function for it evaluates in the page, which the content security policy forbids. */
  async until(expression: string, what: string): Promise<void> {
    await pollUntil(async () => ((await this.page.evaluate(expression)) === true ? true : undefined), { timeoutMs: 15_000, what });
  }

  /** Waits until the proof says this. */
  async proofSays(text: string, timeoutMs = 60_000): Promise<void> {
    await this.page.locator("header .badge-text").getByText(text, { exact: true }).waitFor({ timeout: timeoutMs });
  }

  /** The texts of the cells of each visible row of a table. */
  async rows(label: string): Promise<readonly (readonly string[])[]> {
    const rows = this.page.getByRole("region", { name: label, exact: true }).locator("tbody tr[aria-rowindex], .plain tbody tr");
    return await rows.evaluateAll((found: any[]) =>
      found.map((row) => [...row.cells].map((cell: any) => cell.innerText.replaceAll(/\s+/gu, " ").trim())),
    );
  }

  /** By how many pixels the page is wider than its window, and which elements stick out. */
  async overflow(): Promise<readonly string[]> {
    return await this.page.evaluate(
      `(() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > width + 1);
        return wide.map((element) => element.tagName + "." + element.className).slice(0, 5);
      })()`,
    );
  }

  /** Texts of these elements that are cut at the right. */
  async cut(selector: string): Promise<readonly string[]> {
    return await this.page.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)`,
    );
  }

  /** Violations of WCAG 2 A and AA, and of best practices. */
  async violations(): Promise<readonly string[]> {
    axe ??= await readFile(join(import.meta.dir, "../../node_modules/axe-core/axe.min.js"), "utf8");
    await this.page.evaluate(`window.axe === undefined && (() => {${axe}})()`);
    return await this.page.evaluate(
      `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target, failureSummary }) => target.flat().join(" ") + " " + failureSummary).slice(0, 3).join(" | ")))`,
    );
  }

  /** Saves a screenshot, if STREAMCTL_TEST_SCREENSHOTS names a folder. */
  async shoot(name: string): Promise<void> {
    if (screenshots !== undefined) await this.page.screenshot({ path: join(screenshots, `${name.toLowerCase()}.png`), fullPage: true });
  }

  /** Presses Tab until an element has the focus. */
  async tabTo(target: Locator, most = 60): Promise<void> {
    for (let count = 0; count < most; count += 1) {
      if (await target.evaluate((element: any) => element.matches(":focus"))) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${String(target)}`);
  }

  /** Waits until a value is what it should be, and returns the last one. */
  async settled<T>(read: () => Promise<T>, isRight: (value: T) => boolean, timeoutMs = 15_000): Promise<T> {
    let last: T | undefined;
    const poll = async (): Promise<true | undefined> => (isRight((last = await read())) ? true : undefined);
    await pollUntil(poll, { timeoutMs, what: "the page" }).catch(() => {});
    return last as T;
  }
}
