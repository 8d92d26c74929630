/** One contract for every kind of process but JVMs, with small services: started, found by the mark, ready, stopped. */

import { describe, expect, onTestFinished, test } from "bun:test";
import { readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Declarations } from "../../../src/core/assets.ts";
import { silentLog } from "../../../src/core/log.ts";
import { pollUntil } from "../../../src/core/wait.ts";
import { isReady } from "../../../src/stack/health.ts";
import { localRuntime, type LocalRuntime } from "../../../src/stack/local/runtime.ts";
import type { PythonProcess, ServiceDefinition, ServiceProcess } from "../../../src/stack/service.ts";
import { stateFolder, type StateFolder } from "../../../src/state/state-folder.ts";
import { failureOf } from "../../processors/failure.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** pip is slow on a busy machine. */
const slow = { timeout: 120_000 };

const requirements = "config/tiny/requirements.txt";
const python: PythonProcess = {
  kind: "python",
  environment: { name: "tiny", label: "Tiny 1", version: "1", requirements, minorVersions: { first: 8, last: 14 }, diskBytes: 1e6 },
  module: "http.server",
  args: ["--bind", "127.0.0.1", "--directory", "{{dataDir}}", "{{port}}"],
  secrets: [],
  memoryLimitMiB: 64,
};
const streamctl: ServiceProcess = { kind: "streamctl", args: ["{{port}}", "serve", "{{confDir}}"] };
/** The test's program, in place of streamctl. */
const ownProgram = () => ({ program: process.execPath, args: [join(import.meta.dir, "fixtures/serving-entry.ts")] });

function declarationsWith(text: string): Declarations {
  return { paths: () => [requirements], read: () => text };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
  });
  return await promise;
}

async function definitionOf(process: ServiceProcess): Promise<ServiceDefinition> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    name: "tiny",
    after: [],
    needs: [],
    ports: [{ name: "Tiny", port, inside: port }],
    endpoint,
    values: { port },
    files: [],
    env: { TINY_DATA: "{{dataDir}}" },
    process,
    probe: { kind: "http", checks: [{ url: endpoint }] },
    stopTimeoutMs: 5000,
  };
}

interface Opened {
  readonly runtime: LocalRuntime;
  readonly folder: StateFolder;
  readonly cacheDir: string;
  readonly said: string[];
}

async function open(requirementsText = ""): Promise<Opened> {
  const folder = stateFolder(await realpath(await temporaryFolder()));
  const cacheDir = await temporaryFolder();
  const said: string[] = [];
  const say = (message: string): void => void said.push(message.replace(/in \d+\.\d s/u, "in … s"));
  const log = { ...silentLog, info: say, warn: say, success: say };
  const declarations = declarationsWith(requirementsText);
  return {
    runtime: localRuntime({ folder, stackId: "0a1b2c3d", cacheDir: () => cacheDir, declarations, ownProgram, log }),
    folder,
    cacheDir,
    said,
  };
}

/** Starts the service, finds it by its mark, waits until it is ready, and stops it. */
async function requireWhole({ runtime, folder }: Opened, definition: ServiceDefinition): Promise<void> {
  const identity = await runtime.start(definition);
  onTestFinished(async () => await runtime.stop("tiny", identity, 1000));
  const ready = async (): Promise<true | undefined> => ((await isReady(definition.probe, async () => false)) ? true : undefined);
  await pollUntil(ready, { timeoutMs: 15_000, what: "the service" });
  expect(await runtime.running()).toEqual([{ name: "tiny", identity }]);
  await runtime.requireOwnPorts(definition, identity);
  expect(await runtime.residentBytes(identity)).toBeGreaterThan(1e6);
  expect(await runtime.cpuTimeMs(identity)).toBeGreaterThanOrEqual(0);
  await runtime.stop("tiny", identity, 5000);
  expect(await runtime.isRunning(identity)).toBe(false);
  expect(await runtime.running()).toEqual([]);
  expect(await readdir(folder.dataDir("tiny"))).toEqual(["tmp"]);
}

describe("localRuntime(), with a service of kind streamctl", () => {
  test("starts it, finds it by its mark, and stops it", async () => {
    const opened = await open();
    const definition = await definitionOf(streamctl);
    await opened.runtime.prepare([definition]);
    await requireWhole(opened, definition);
    expect(opened.said).toEqual([]);
  });

  test("freezes, continues and kills it, and signals no other run", async () => {
    const { runtime } = await open();
    const definition = await definitionOf(streamctl);
    const identity = await runtime.start(definition);
    const ready = async (): Promise<true | undefined> => (await isReady(definition.probe, async () => false)) || undefined;
    await pollUntil(ready, { timeoutMs: 15_000, what: "the service" });
    const other = { ...identity, startTicks: identity.startTicks + 1 };
    expect([await runtime.freeze(other), await runtime.kill("tiny", other), await runtime.isFrozen(identity)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([await runtime.freeze(identity), await runtime.isRunning(identity)]).toEqual([true, true]);
    const frozen = async (): Promise<true | undefined> => (await runtime.isFrozen(identity)) || undefined;
    await pollUntil(frozen, { timeoutMs: 5000, what: "the process to stop" });
    await runtime.thaw(identity);
    await pollUntil(ready, { timeoutMs: 15_000, what: "the service" });
    expect(await runtime.isFrozen(identity)).toBe(false);
    await runtime.freeze(identity);
    expect(await runtime.kill("tiny", identity)).toBe(true);
    expect([await runtime.isRunning(identity), await runtime.kill("tiny", identity)]).toEqual([false, false]);
  });

  test("passes streamctl its arguments with the mark, and its variables as they are", async () => {
    process.env["STREAMCTL_TEST_SETTING"] = "{{notAValue}}";
    onTestFinished(() => void delete process.env["STREAMCTL_TEST_SETTING"]);
    const { runtime, folder } = await open();
    const definition = await definitionOf(streamctl);
    const identity = await runtime.start(definition);
    onTestFinished(async () => await runtime.stop("tiny", identity, 1000));
    const told = async (): Promise<unknown> =>
      await fetch(definition.endpoint).then(
        async (answer) => await answer.json(),
        () => undefined,
      );
    expect(await pollUntil(told, { timeoutMs: 15_000, what: "the service" })).toEqual({
      words: ["serve", folder.confDir("tiny"), "--mark", "streamctl.service=0a1b2c3d/tiny"],
      folder: folder.dataDir("tiny"),
      settings: { STREAMCTL_TEST_SETTING: "{{notAValue}}" },
    });
  });
});

describe("localRuntime(), with a service of kind python", () => {
  test(
    "makes its environment once, and starts it",
    async () => {
      const opened = await open();
      const { runtime, said } = opened;
      const definition = await definitionOf(python);
      await runtime.prepare([definition]);
      expect(said).toEqual(["Installing Tiny 1 with pip (0 packages, only the first time)", "Tiny 1 resolved in … s"]);
      await runtime.prepare([definition]);
      expect(said.length).toBe(2);
      await requireWhole(opened, definition);
    },
    slow,
  );

  test(
    "says which environment pip could not fill, and leaves none of it",
    async () => {
      const { runtime, cacheDir } = await open("no-such-package==0 --no-index\n./nowhere\n");
      expect(await failureOf(runtime.prepare([await definitionOf(python)]))).toMatchObject({
        code: "download",
        message: "Cannot install Tiny 1: pip failed",
      });
      // The lock is removed last, with the empty folder.
      expect(await readdir(cacheDir).catch(() => [])).toEqual([]);
    },
    slow,
  );

  test(
    "creates its secrets, and prepares its data once, then again with the data when a secret or the environment has changed",
    async () => {
      const { runtime, folder, said } = await open();
      const program =
        "import sys, pathlib; d = pathlib.Path(sys.argv[1], 'count'); d.write_text((d.read_text() if d.exists() else '') + 'x')";
      const definition = await definitionOf({
        ...python,
        secrets: ["password", "key"],
        prepare: ["-c", program, "{{dataDir}}", "{{secretDir}}"],
      });
      await runtime.prepare([definition]);
      said.length = 0;
      const startAndStop = async (): Promise<string> => {
        const identity = await runtime.start(definition);
        await runtime.stop("tiny", identity, 5000);
        return await readFile(join(folder.dataDir("tiny"), "count"), "utf8");
      };
      expect(await startAndStop()).toBe("x");
      expect(await startAndStop()).toBe("x");
      expect(said).toEqual(["Preparing the data of tiny"]);
      const password = join(folder.secretDir("tiny"), "password");
      expect([(await stat(password)).mode & 0o777, (await stat(folder.secretDir("tiny"))).mode & 0o777]).toEqual([0o600, 0o700]);
      const text = await readFile(password, "utf8");
      expect(text).toMatch(/^[\w-]{32}\n$/u);
      await rm(password);
      expect(await startAndStop()).toBe("xx");
      expect(await readFile(password, "utf8")).not.toBe(text);
      await writeFile(password, "chosen by the user\n");
      expect(await startAndStop()).toBe("xxx");
      expect(await readFile(password, "utf8")).toBe("chosen by the user\n");
    },
    slow,
  );

  test(
    "prepares again from an empty folder after a preparation that failed",
    async () => {
      const { runtime, folder } = await open();
      const program = "import sys, pathlib; pathlib.Path(sys.argv[1], 'half').write_text(''); sys.exit('no such luck')";
      const definition = await definitionOf({ ...python, prepare: ["-c", program, "{{dataDir}}"] });
      await runtime.prepare([definition]);
      expect(await failureOf(runtime.start(definition))).toMatchObject({
        code: "service-failed",
        message: "Cannot prepare the data of tiny: exit code 1",
        detail: "no such luck",
      });
      const whole = { ...definition, process: { ...python, prepare: ["-c", "import os; print(os.listdir())"] } };
      const identity = await runtime.start(whole);
      await runtime.stop("tiny", identity, 5000);
      expect(await readdir(folder.dataDir("tiny"))).toEqual(["prepared", "tmp"]);
    },
    slow,
  );

  test("gives a service another hash when its requirements change", async () => {
    const definition = await definitionOf(python);
    expect((await open("a==1\n")).runtime.hash(definition)).not.toBe((await open("a==2\n")).runtime.hash(definition));
  });
});
