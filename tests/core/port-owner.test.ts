import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { join } from "node:path";
import { portOwner, foreignListener } from "../../src/core/port-owner.ts";
import { signalProcess, startDetached } from "../../src/core/process.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function listen(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

describe("portOwner()", () => {
  test("names the process that listens", async () => {
    await using server = await listen();
    expect((await portOwner(server.port))?.pid).toBe(process.pid);
  });
});

describe("foreignListener()", () => {
  test("names the process that listens instead of another one, and none when that one listens itself or no process does", async () => {
    const { port, ...server } = await listen();
    expect(await foreignListener(port, process.pid)).toBeUndefined();
    expect((await foreignListener(port, process.ppid))?.pid).toBe(process.pid);
    await server[Symbol.asyncDispose]();
    expect(await foreignListener(port, process.ppid)).toBeUndefined();
  });

  test("accepts a listener that the detached process started", async () => {
    const { port, ...server } = await listen();
    await server[Symbol.asyncDispose]();
    const program = `require("node:net").createServer().listen(${port}, "127.0.0.1")`;
    const wrapper = { program: "sh", args: ["-c", `"$0" -e '${program}'; true`, process.execPath] };
    const identity = await startDetached(wrapper, join(await temporaryFolder(), "log"));
    const owner = await pollUntil(async () => await portOwner(port), { timeoutMs: 5000, what: "its port" });
    expect(owner.pid).not.toBe(identity.pid);
    expect(await foreignListener(port, identity.pid)).toBeUndefined();
    process.kill(owner.pid);
    await signalProcess(identity, "SIGTERM");
  });
});
