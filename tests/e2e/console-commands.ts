/** Tests of the console's service on the command line. They leave a stack with a running console. */

import { describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { Stack } from "./streamctl.ts";

export function commandTests(stack: Stack, url: string): void {
  const port = Number(new URL(url).port);
  const isServed = async (): Promise<boolean> => (await fetch(`${url}/api/ready`).catch(() => undefined))?.status === 200;
  const operations = (services: readonly any[]): Record<string, string> =>
    Object.fromEntries(services.map(({ name, operation }) => [name, operation]));

  describe("up", () => {
    test("restarts a console of another build, and keeps everything else", async () => {
      const file = join(stack.stateDir, "run.json");
      const state = JSON.parse(await readFile(file, "utf8"));
      const service = state.services.find(({ name }: any) => name === "console");
      service.definitionHash = "0".repeat(service.definitionHash.length);
      await writeFile(file, JSON.stringify(state));
      const before = await stack.pidOf("console");
      const { services } = await stack.json(["up"]);
      expect(operations(services)).toEqual({ kafka: "keep", zookeeper: "keep", pinot: "keep", flink: "keep", console: "restart" });
      expect(await stack.pidOf("console")).not.toBe(before);
    });

    test("goes on without the console where its port is taken, and fails where it was asked for", async () => {
      await stack.kill("console");
      const stranger = await listen(port);
      try {
        const up = await stack.run(["up", "--json"]);
        expect([up.exitCode, operations(JSON.parse(up.stdout).services)["console"]]).toEqual([0, undefined]);
        expect(up.stderr).toContain(`Console is not started: port ${port} (Console) is in use`);
        expect(up.stderr).toContain("--without console");
        const asked = await stack.run(["up", "--with", "console", "--json"]);
        expect([asked.exitCode, JSON.parse(asked.stdout).error]).toEqual([
          1,
          expect.objectContaining({ code: "port-taken", message: expect.stringContaining(`port ${port} (Console) is in use`) }),
        ]);
        const opened = await stack.run(["console", "--json"]);
        expect([opened.exitCode, JSON.parse(opened.stdout).error.code]).toEqual([1, "port-taken"]);
      } finally {
        stranger.close();
      }
      await stack.json(["up"]);
      expect(await isServed()).toBe(true);
    });

    test("stops the console with --without, keeps that choice, and starts it again with --with", async () => {
      const { services } = await stack.json(["up", "--without", "console"]);
      expect(operations(services)["console"]).toBeUndefined();
      expect(await isServed()).toBe(false);
      expect((await stack.services()).map(({ name }) => name)).not.toContain("console");
      await stack.json(["up"]);
      expect(await isServed()).toBe(false);
      await stack.json(["up", "--with", "console"]);
      expect(await isServed()).toBe(true);
    });
  });

  describe("The command console", () => {
    test("prints the address of a running console", async () => {
      expect(await stack.run(["console"])).toMatchObject({ exitCode: 0, stdout: `${url}\n` });
      expect(await stack.json(["console"])).toEqual({ url, started: false });
    });

    test("starts a console that is not running, and nothing else", async () => {
      await stack.kill("console");
      await stack.kill("flink");
      expect(await stack.json(["console"], { timeoutMs: 60_000 })).toEqual({ url, started: true });
      expect(await isServed()).toBe(true);
      const services = await stack.services();
      expect(services.find(({ name }) => name === "flink")?.state).toBe("stopped");
      await stack.json(["up"]);
    });

    test("says that there is no display to open it on", async () => {
      const env = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined };
      const { exitCode, stdout } = await stack.run(["console", "--open", "--json"], { env });
      expect([exitCode, JSON.parse(stdout).error]).toEqual([
        1,
        expect.objectContaining({ code: "prerequisite", message: expect.stringContaining("no display"), hint: `Open it yourself: ${url}` }),
      ]);
    });

    test("needs a stack", async () => {
      const { exitCode, stdout } = await stack.run(["--state-dir", join(stack.folder, "none"), "console", "--json"]);
      expect([exitCode, JSON.parse(stdout).error.code]).toEqual([1, "not-running"]);
    });
  });
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
