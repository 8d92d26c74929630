/** Tests of the console's page while services of the stack die, and when they are back. */

import { describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { ConsolePage } from "./console-page.ts";
import type { Stack } from "./streamctl.ts";

/** A stage has to say within this time that its engine is down, in milliseconds after the end of the engine's process. */
const noticeMs = 3000;

/** Engines, and a text that identifies the stages that they run. */
const engines = [
  { engine: "pinot", stages: ["transaction_window"] },
  { engine: "flink", stages: ["streamctl-window_transactions"] },
  { engine: "kafka", stages: ["window_transactions"] },
] as const;

export function faultTests(stack: Stack, url: string, browser: () => Browser): void {
  describe("while a service is down", () => {
    for (const { engine, stages } of engines) {
      test(`says within three seconds that ${engine} was killed, and recovers after up without a reload`, async () => {
        const opened = await ConsolePage.open(browser(), url);
        await opened.proofSays("Equal · 21");
        await opened.page.evaluate("window.neverReloaded = true");
        await stack.kill(engine);
        for (const stage of stages)
          await opened.page
            .locator(`li.stage.state-stopped, li.stage.state-unhealthy`)
            .filter({ has: opened.page.getByRole("heading", { name: stage, exact: true }) })
            .first()
            .waitFor({ timeout: noticeMs });
        // The topic and the table are compared; the processor is not.
        await opened.proofSays(engine === "flink" ? "Equal · 21" : "No proof", 1000);
        await opened.page.locator("section.trouble").first().waitFor();
        await opened.shoot(`killed-${engine}`);
        expect(await opened.overflow()).toEqual([]);
        expect(await opened.violations()).toEqual([]);
        await stack.json(["up"]);
        await opened.page.locator("li.stage.state-healthy").nth(3).waitFor({ timeout: 20_000 });
        await opened.proofSays("Equal · 21");
        await opened.page.locator("section.trouble").first().waitFor({ state: "detached" });
        expect(await opened.page.evaluate("window.neverReloaded")).toBe(true);
        await opened.close();
      });
    }

    test("says in Services that ZooKeeper was killed", async () => {
      const opened = await ConsolePage.open(browser(), url, "/services");
      await opened.page.getByRole("region", { name: "Services" }).locator("tr", { hasText: "ZooKeeper" }).first().waitFor();
      await stack.kill("zookeeper");
      const killedMs = performance.now();
      await opened.page
        .getByRole("region", { name: "Services" })
        .locator("tr", { hasText: "ZooKeeper" })
        .getByText("stopped")
        .first()
        .waitFor({ timeout: 15_000 });
      const tookMs = performance.now() - killedMs;
      await stack.json(["up"]);
      expect(tookMs).toBeLessThan(noticeMs);
      await opened.proofSays("Equal · 21");
      await opened.close();
    });

    test("says that the console itself was killed, as status does, and recovers after up", async () => {
      const opened = await ConsolePage.open(browser(), url);
      await stack.kill("console");
      await opened.page.getByText("Connection to the console's server lost").waitFor({ timeout: noticeMs });
      const { exitCode, stdout } = await stack.run(["status", "--json"]);
      expect([exitCode, JSON.parse(stdout).services.find(({ name }: any) => name === "console").state]).toEqual([1, "stopped"]);
      const { services } = await stack.json(["up"]);
      expect(services.filter(({ operation }: any) => operation !== "keep").map(({ name }: any) => name)).toEqual(["console"]);
      await opened.page.getByText("Connection to the console's server lost").waitFor({ state: "hidden", timeout: 15_000 });
      await opened.proofSays("Equal · 21");
      await opened.close();
    });

    test("shows a new stack in the same folder, and nothing of the old one", async () => {
      const opened = await ConsolePage.open(browser(), url, "/windows");
      await opened.proofSays("Equal · 21");
      await stack.json(["down", "--volumes"]);
      await opened.page.getByText("Connection to the console's server lost").waitFor({ timeout: noticeMs });
      await stack.up();
      await opened.proofSays("No windows");
      await opened.page.getByText("No windows yet. Send records").waitFor({ timeout: 5000 });
      const { stackId } = (await (await fetch(`${url}/api/stack`)).json()) as { stackId: string };
      expect(await opened.page.title()).toContain(stackId);
      await opened.close();
    });
  });
}
