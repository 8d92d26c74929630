/**
 * The processors that only a request by name uses, in containers. runtime-contract.ts has more for the default one, processors.test.ts has
 * more for all of them as local processes.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { pollUntil } from "../../src/core/wait.ts";
import { listOffsets } from "../../src/kafka/admin.ts";
import { defaultProcessor, processorNames, processorOf } from "../../src/processors/catalog.ts";
import { findEngine } from "../../src/stack/docker/engine.ts";
import { labels } from "../../src/stack/docker/labels.ts";
import { expectToRefuseWebPages } from "./program-requests.ts";
import { Stack } from "./streamctl.ts";

/**
 * One of them is enough to prove the runtime, since each more takes minutes to build and test: STREAMCTL_TEST_PROCESSORS names others, such as
 * spark,beam.
 */
const others = processorNames.filter((name) => name !== defaultProcessor() && processorOf(name).howToProvide === undefined);
const names = process.env["STREAMCTL_TEST_PROCESSORS"]?.split(",") ?? others.slice(0, 1);

/** @param args arguments of `up` besides the runtime and the processor */
export function containerProcessors({ portOffset, args }: { readonly portOffset: number; readonly args: readonly string[] }): void {
  let stack: Stack;
  /** Its label on containers, volumes and networks. */
  let stackLabel = "";

  beforeAll(async () => {
    stack = await Stack.create(portOffset);
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  async function expectExact(): Promise<void> {
    const { mismatched, extra, matched, windows } = await stack.json(["verify", "--wait", "120s", "--strict"]);
    expect({ mismatched, extra, matched }).toEqual({ mismatched: [], extra: [], matched: windows });
  }

  async function inspectContainer(service: string): Promise<any> {
    const engine = await findEngine();
    const { output } = await engine.run(["ps", "-q", "--filter", `label=${labels.stateDir}=${stack.stateDir}`]);
    const containers: readonly any[] = JSON.parse((await engine.run(["inspect", ...output.split("\n")])).output);
    return containers.find(({ Config: { Labels } }) => Labels[labels.service].endsWith(`/${service}`));
  }

  /** Number of records that the processors have written since the topic was created. */
  async function writtenWindows(): Promise<number> {
    const offsets = await listOffsets({ brokers: stack.brokers, topic: "window_transactions", timeoutMs: 10_000 });
    return offsets.reduce((sum, { high }) => sum + high, 0);
  }

  function jobOf(report: any): unknown {
    return report.changes.find(({ kind }: Record<string, string>) => kind === "job");
  }

  describe.each(names)("%s", (name) => {
    const ports = Object.values(processorOf(name).service.ports).map(({ port, page }) => ({ port: port + portOffset, page }));
    const urlOf = (isPage: boolean): string => `http://127.0.0.1:${ports.find(({ page }) => (page !== undefined) === isPage)?.port}`;

    test("takes over the stack, and is exact", async () => {
      // The first up on a machine builds images.
      const options = ["up", "--port-offset", String(portOffset), "--runtime", "docker", "--processor", name, ...args];
      const report = await stack.json(options, { timeoutMs: 900_000 });
      expect(report.services.find((service: Record<string, string>) => service["name"] === name)).toMatchObject({ operation: "start" });
      await stack.json(["data", "-n", "600", "--start-time", "2019-05-06T07:08:09Z", "--spacing", "1s"]);
      await stack.json(["data", "-n", "500", "--rate", "500"]);
      await expectExact();
      const { services, resources } = await stack.json(["status"]);
      expect(services.find((service: Record<string, string>) => service["name"] === name)).toMatchObject({ state: "healthy" });
      expect(resources.filter(({ kind }: Record<string, string>) => kind === "job")).toMatchObject([{ state: "healthy" }]);
    });

    test("runs without root, with limited memory, and is published on loopback only", async () => {
      const healthy = async (): Promise<any> => {
        const container = await inspectContainer(name);
        return container.State.Health.Status === "healthy" ? container : undefined;
      };
      const what = `the health check of ${name}`;
      const { Config, HostConfig, NetworkSettings } = await pollUntil(healthy, { timeoutMs: 60_000, what });
      stackLabel = Config.Labels[labels.stack];
      expect(Config.User).toBe("10001");
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, Privileged: false, CapDrop: ["ALL"] });
      expect(HostConfig.Memory).toBeGreaterThan(0);
      expect(HostConfig.Memory).toBeLessThan(1.5 * 2 ** 30);
      const bindings: readonly (readonly unknown[] | null)[] = Object.values(NetworkSettings.Ports);
      const published = bindings.flatMap((some) => some ?? []).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
      expect(published).toEqual(ports.map(({ port }) => ({ HostIp: "127.0.0.1", HostPort: String(port) })));
    });

    test("shows its pages, and refuses to be controlled by others", async () => {
      expect((await fetch(urlOf(true))).status).toBe(200);
      await expectToRefuseWebPages(urlOf(false));
    });

    test("is exact after kill -9 under load", async () => {
      const running = stack.start(["data", "-n", "60000", "--rate", "20000", "--json"]);
      await pollUntil(async () => running.narration().includes("Sending") || undefined, { timeoutMs: 20_000, what: "data to begin" });
      await Bun.sleep(1000);
      await stack.kill(name);
      const stopped = async (): Promise<true | undefined> =>
        (await stack.services()).some((service) => service.name === name && service.state === "stopped") || undefined;
      await pollUntil(stopped, { timeoutMs: 30_000, what: `${name} to be seen as stopped` });
      expect(jobOf(await stack.json(["up"]))).toMatchObject({ result: "created", cause: "it is no longer running" });
      expect((await running.outcome).exitCode).toBe(0);
      await expectExact();
    });

    test("resumes after down: it writes no window again that did not change", async () => {
      const before = await writtenWindows();
      await stack.json(["down"]);
      expect(jobOf(await stack.json(["up"]))).toMatchObject({ result: "created" });
      await stack.json(["data", "-n", "100", "--rate", "max"]);
      await expectExact();
      expect((await writtenWindows()) - before).toBeLessThan(100);
      await stack.json(["down"]);
    });
  });

  test("down --volumes leaves nothing of any of them", async () => {
    await stack.json(["down", "--volumes"]);
    expect(await readdir(stack.folder)).toEqual([]);
    const engine = await findEngine();
    for (const words of [
      ["ps", "-aq"],
      ["volume", "ls", "-q"],
      ["network", "ls", "-q"],
    ]) {
      expect((await engine.run([...words, "--filter", `label=${labels.stack}=${stackLabel}`])).output).toBe("");
    }
  });
}
