/**
 * The console on a live stack: its page in Chromium, its server with plain requests, its service on the command line. The tests run in order;
 * the first ones need the data that they send.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { launchBrowser, withoutBrowser } from "./browser.ts";
import { commandTests } from "./console-commands.ts";
import { faultTests } from "./console-faults.ts";
import { ConsolePage, views, type ViewTitle } from "./console-page.ts";
import { requestTests } from "./console-requests.ts";
import { largeInteger, sendSpecimens, specimenTopic } from "./console-specimens.ts";
import { Stack } from "./streamctl.ts";

const stack = await Stack.create(15_500);
const url = `http://127.0.0.1:${8080 + stack.offset}`;
const titles = Object.keys(views) as readonly ViewTitle[];
const english = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 20 });

/** Sends records whose event times fill this many windows from a time on, and waits until the table has them. */
async function sendWindows(windows: number, startTime: string): Promise<any> {
  const records = ["-n", String(windows * 300), "--spacing", "10ms", "--seed", "7", "--start-time", startTime];
  await stack.json(["data", ...records]);
  return await stack.json(["verify", "--wait", "60s"]);
}

async function table(limit = 10): Promise<readonly (readonly string[])[]> {
  const columns = "WINDOW_START, TOTAL_PAID, TOTAL_TRANSACTIONS, AVERAGE_TRANSACTION_VALUE";
  const sql = `SELECT ${columns} FROM transaction_window ORDER BY WINDOW_START DESC LIMIT ${limit}`;
  const { rows } = await stack.json(["query", sql]);
  return rows.map((row: readonly number[]) => row.slice(1).map(english));
}

let report: any;
beforeAll(async () => {
  report = await stack.up();
});

afterAll(async () => {
  expect(await stack.end()).toEqual([]);
  await rm(stack.folder, { recursive: true, force: true });
});

test("up starts the console with the stack, and names its page", () => {
  expect(report.endpoints.console).toBe(url);
  expect(report.pages).toContainEqual({ service: "console", label: "Console", url });
});

requestTests(stack, url);

if (withoutBrowser !== undefined) test.skip(`The page of the console: ${withoutBrowser}`, () => {});

describe.skipIf(withoutBrowser !== undefined)("The page of the console", () => {
  let browser: Browser;
  let verified: any;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  /** Opens a page, and requires afterwards that the browser had nothing to report. */
  async function look(path: string, work: (opened: ConsolePage) => Promise<void>, options?: Parameters<typeof ConsolePage.open>[3]) {
    const opened = await ConsolePage.open(browser, url, path, options);
    try {
      await work(opened);
      expect(opened.findings).toEqual({ errors: [], failures: [], foreign: [] });
    } finally {
      await opened.close();
    }
  }

  test("shows each view of a pipeline without data", async () => {
    await look("/", async (opened) => {
      await opened.proofSays("No windows");
      for (const title of titles) {
        await opened.show(title);
        expect([title, await opened.heading.innerText(), await opened.page.getByRole("alert").count()]).toEqual([title, title, 0]);
        await opened.shoot(`empty-${title}`);
      }
    });
  });

  test("shows that the windows are equal after data, without a reload, and counts them as verify does", async () => {
    await look("/", async (opened) => {
      await opened.proofSays("No windows");
      verified = await sendWindows(20, "2026-01-01T00:00:00Z");
      expect(verified).toMatchObject({ ok: true, records: 6000, windows: 20 });
      await opened.proofSays("Equal · 20");
      const factsOf = async (title: string): Promise<string> => await opened.stage(title).locator("dl.facts dd").first().innerText();
      const stages = ["transactions", "streamctl-window_transactions", "transaction_window"];
      const wanted = ["6,000", "6,000", "20"];
      const shown = await opened.settled(
        async () => await Promise.all(stages.map(factsOf)),
        (facts) => facts.join(" ") === wanted.join(" "),
      );
      expect(shown).toEqual(wanted);
      const { computation } = await stack.json(["status"]);
      expect(computation.progress.reduce((sum: number, { nextOffset }: any) => sum + nextOffset, 0)).toBe(6000);
      const isKnown = (fact: string): boolean => fact !== "–";
      expect(await opened.settled(async () => await factsOf("window_transactions"), isKnown)).not.toBe("–");
      await opened.page.locator("li.stage.state-healthy").nth(3).waitFor();
      await opened.page.locator("section.trouble").first().waitFor({ state: "detached" });
      await opened.shoot("pipeline-equal");
    });
  });

  test("shows the rows of the table that query returns, in Windows and in Query", async () => {
    const expected = await table();
    await look("/windows", async (opened) => {
      await opened.proofSays("Equal · 20");
      const rows = await opened.settled(
        async () => await opened.rows("Windows"),
        (found) => found.length >= 10 && found[0]?.[0] !== "…",
      );
      expect(rows.slice(0, 10).map((cells) => cells.slice(1, 4))).toEqual(expected.map((row) => [...row]));
      expect(new Set(rows.map((cells) => cells[4]))).toEqual(new Set(["= equal"]));
      await opened.page.getByRole("img", { name: "20 bars of TOTAL_PAID" }).waitFor();
      await opened.page.getByRole("combobox", { name: "Column" }).selectOption("AVERAGE_TRANSACTION_VALUE");
      await opened.page.getByRole("img", { name: "20 bars of AVERAGE_TRANSACTION_VALUE" }).waitFor();
    });
    await look("/query", async (opened) => {
      await opened.page.getByRole("button", { name: "Run" }).click();
      await opened.page.getByText("Done", { exact: true }).waitFor();
      const rows = await opened.rows("Rows of the result");
      expect(rows).toHaveLength(20);
      const plain = (cells: readonly string[]): readonly string[] => cells.map((cell) => cell.replaceAll(",", ""));
      expect(rows.slice(0, 10).map((cells) => plain(cells.slice(1)))).toEqual(expected.map(plain));
    });
  });

  test("shows in Processor and Services what status reports", async () => {
    const { computation, services } = await stack.json(["status"]);
    await look("/processor", async (opened) => {
      const [job] = computation.view;
      await opened.page.getByText(job.id, { exact: true }).waitFor();
      const progress = await opened.rows("Progress of the processor");
      const ends = computation.progress.map(({ partition, nextOffset }: any) => [String(partition), english(nextOffset)]);
      for (const [partition, next] of ends) expect(progress).toContainEqual(expect.arrayContaining(["transactions", partition, next, "0"]));
    });
    await look("/services", async (opened) => {
      const rows = await opened.settled(
        async () => await opened.rows("Services"),
        (found) => found.length === services.length,
      );
      const pids = services.map(({ pid, state, endpoint }: any) => [state, String(pid), endpoint]);
      expect(rows.map((cells) => [cells[1], cells[5], cells[6]])).toEqual(pids);
      await opened.page.getByRole("link", { name: "Log of Flink" }).click();
      await opened.page.getByLabel("Lines of the log of flink").getByText("streamctl-window_transactions").first().waitFor();
    });
  });

  for (const scheme of ["light", "dark"] as const)
    for (const width of [360, 1440]) {
      test(`fits ${width} pixels and violates no rule of axe in any view, ${scheme}`, async () => {
        await look(
          "/",
          async (opened) => {
            for (const title of titles) {
              await opened.show(title);
              if (title === "Query") await opened.page.locator(".editor-host:not([hidden])").waitFor();
              if (title === "Messages") await opened.page.locator("table.grid tbody tr").first().waitFor();
              expect([title, await opened.overflow()]).toEqual([title, []]);
              expect(await opened.cut(".stage-title")).toEqual([]);
              expect([title, await opened.violations()]).toEqual([title, []]);
              await opened.shoot(`${title}-${scheme}-${width}`);
            }
          },
          { scheme, width },
        );
      });
    }

  test("can be used with the keyboard alone", async () => {
    await look("/", async (opened) => {
      const { page } = opened;
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
      for (const title of titles.slice(1)) {
        await opened.tabTo(page.getByRole("link", { name: title, exact: true }));
        await page.keyboard.press("Enter");
        await opened.until(`document.querySelector("h1").textContent === "${title}"`, title);
      }
      await opened.show("Messages");
      const toggles = page.locator("button.toggle");
      await toggles.first().waitFor();
      await opened.tabTo(toggles.first());
      await page.keyboard.press("Enter");
      await page.locator(".message").waitFor();
      await page.keyboard.press("ArrowDown");
      expect(await toggles.nth(1).evaluate((element: any) => element.matches(":focus"))).toBe(true);
      await opened.show("Query");
      const editor = page.getByRole("textbox", { name: "Statement" });
      await page.locator(".editor-host:not([hidden])").waitFor();
      for (let count = 0; count < 30 && !(await editor.evaluate((element: any) => element.matches(":focus"))); count += 1)
        await page.keyboard.press("Tab");
      await page.keyboard.press("Control+Enter");
      await page.getByText("Done", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Tab");
      expect(await editor.evaluate((element: any) => element.matches(":focus"))).toBe(false);
    });
  });

  test("keeps its state in the address: reload, back, forward, and a link for somebody else", async () => {
    await look("/windows", async (opened) => {
      const { page } = opened;
      await page.getByRole("combobox", { name: "Column" }).selectOption("TOTAL_TRANSACTIONS");
      await page.getByRole("combobox", { name: "Order" }).selectOption("oldest");
      const address = page.url();
      expect(new URL(address).search).toBe("?column=TOTAL_TRANSACTIONS&order=oldest");
      const chart = page.getByRole("img", { name: "20 bars of TOTAL_TRANSACTIONS" });
      await page.reload();
      await chart.waitFor();
      await page.getByRole("link", { name: "Query", exact: true }).click();
      await page.waitForURL(`${url}/query`);
      await page.goBack();
      await chart.waitFor();
      expect(page.url()).toBe(address);
      await page.goForward();
      await page.waitForURL(`${url}/query`);
      const other = await ConsolePage.open(browser, url, address.slice(url.length));
      await other.page.getByRole("img", { name: "20 bars of TOTAL_TRANSACTIONS" }).waitFor();
      expect(await other.page.getByRole("combobox", { name: "Order" }).inputValue()).toBe("oldest");
      await other.close();
    });
  });

  test("keeps a chosen theme", async () => {
    await look("/", async (opened) => {
      const scheme = async (): Promise<unknown> => await opened.page.evaluate("getComputedStyle(document.body).backgroundColor");
      const light = await scheme();
      await opened.page.getByRole("button", { name: "Theme: system. Switch to light" }).click();
      await opened.page.getByRole("button", { name: "Theme: light. Switch to dark" }).click();
      const dark = await scheme();
      expect(dark).not.toBe(light);
      await opened.page.reload();
      expect(await scheme()).toBe(dark);
    });
  });

  test("shows records of any content as text, and large integers digit by digit", async () => {
    const specimens = await sendSpecimens(stack.brokers);
    await look(`/messages?topic=${specimenTopic}&from=oldest`, async (opened) => {
      const { page } = opened;
      await page
        .locator("button.toggle")
        .nth(specimens.length - 1)
        .waitFor();
      expect(await page.locator("main script, main img, main iframe, main b").count()).toBe(0);
      expect(await page.evaluate("window.broken === undefined")).toBe(true);
      for (const [index, { keyText, valueTexts }] of specimens.entries()) {
        await page.locator("button.toggle").nth(index).click();
        const message = page.locator(".message").nth(0);
        await message.waitFor();
        const text = await message.innerText();
        expect(text).toContain(keyText);
        for (const part of valueTexts) expect(text).toContain(part);
        if (index === 0) await opened.shoot("specimen");
        await page.locator("button.toggle").nth(index).click();
      }
      expect(await page.locator(".hidden-character").count()).toBeGreaterThan(0);
      await page.getByRole("searchbox", { name: "Filter" }).fill(`amount = ${largeInteger}`);
      await page.getByRole("button", { name: "Search", exact: true }).click();
      await page.getByText("Complete", { exact: true }).waitFor();
      expect(await page.locator("button.toggle").count()).toBe(1);
      for (const [format, part] of [
        ["NDJSON", largeInteger],
        ["CSV", largeInteger],
      ] as const) {
        const download = page.waitForEvent("download");
        await page.getByRole("button", { name: format, exact: true }).click();
        const path = await (await download).path();
        expect(await Bun.file(path).text()).toContain(part);
      }
    });
  });

  test("shows new messages live, and what a pause left out", async () => {
    await look("/messages?topic=transactions&from=live", async (opened) => {
      const { page } = opened;
      await page.getByText("Waiting for messages").waitFor();
      await stack.json(["data", "-n", "50", "--start-time", "2026-01-01T00:02:00Z"]);
      await page.locator("p.status").getByText("50 shown").waitFor();
      await page.getByRole("button", { name: "Pause" }).click();
      await stack.json(["data", "-n", "50", "--start-time", "2026-01-01T00:02:01Z"]);
      await page.locator("p.status").getByText("50 arrived during the pause").waitFor();
      await page.getByRole("button", { name: "Resume" }).click();
      await page.locator("p.status").getByText("50 skipped").waitFor();
    });
  });

  test("shows an error of a query at its line within a second, and cancels a query", async () => {
    const opened = await ConsolePage.open(
      browser,
      url,
      `/query?sql=${encodeURIComponent("SELECT WINDOW_START\nFROM transaction_window\nWHER 1")}`,
    );
    const { page } = opened;
    await page.locator(".editor-host:not([hidden])").waitFor();
    await page.getByRole("button", { name: "Run" }).click();
    await page
      .getByRole("alert")
      .getByText(/^Line 3/u)
      .waitFor({ timeout: 1000 });
    expect(await page.locator(".error-line").innerText()).toBe("WHER 1");
    await opened.shoot("query-error");
    // A query that does not end by itself: the answer is held back.
    await page.route("**/api/query", async () => {});
    await page.getByRole("button", { name: "Example" }).click();
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled", { exact: true }).waitFor({ timeout: 1000 });
    expect(opened.findings).toEqual({ errors: [], failures: [], foreign: [] });
    await opened.close();
  });

  test("saves the result of a query as CSV and JSON, sorted as it is shown", async () => {
    await look("/query", async (opened) => {
      const { page } = opened;
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("Done", { exact: true }).waitFor();
      await page.getByRole("button", { name: "TOTAL_PAID" }).click();
      const saved = async (name: string): Promise<string> => {
        const download = page.waitForEvent("download");
        await page.getByRole("button", { name, exact: true }).click();
        return await Bun.file(await (await download).path()).text();
      };
      const paid = (await saved("CSV"))
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => Number(line.split(",")[1]));
      expect(paid).toEqual(paid.toSorted((one, other) => one - other));
      expect(JSON.parse(await saved("JSON")).map((row: any) => row.TOTAL_PAID)).toEqual(paid);
      await page.getByRole("combobox", { name: "Chart of" }).selectOption("TOTAL_PAID");
      await page
        .getByRole("img", { name: /^Chart of TOTAL_PAID/u })
        .locator("canvas")
        .waitFor();
      await opened.shoot("query-chart");
    });
  });

  faultTests(stack, url, () => browser);
});

commandTests(stack, url);
