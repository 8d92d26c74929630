import { describe, expect, onTestFinished, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { silentLog } from "../../../src/core/log.ts";
import { everyService } from "../../../src/pipeline/catalog.ts";
import { ksqldbJars, ksqldbMainClass } from "../../../src/processors/ksqldb/home.ts";
import { ksqldbService } from "../../../src/processors/ksqldb/service.ts";
import { type JarFolder, jarFolderClassPath, readJarFolder } from "../../../src/stack/jar-folder.ts";
import { localRuntime } from "../../../src/stack/local/runtime.ts";
import type { ServiceDefinition } from "../../../src/stack/service.ts";
import type { ServiceRecord } from "../../../src/state/run-state.ts";
import type { ServiceName } from "../../../src/state/service-identity.ts";
import { stateFolder } from "../../../src/state/state-folder.ts";
import { fakeKsqldbHome } from "./fake-ksqldb-home.ts";
import { startServices, stopServices } from "../../stack/run-services.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** A port offset at which ksqlDB's port is free. */
async function freeOffset(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  return (typeof address === "object" && address ? address.port : 0) - ksqldbService.ports.ksqldb.port;
}

function definitionOf(home: string, portOffset: number): ServiceDefinition {
  const found = everyService({ runtime: "local", portOffset, source: { home } }).find(({ name }) => name === "ksqldb");
  if (!found) throw new Error("no ksqlDB in the catalog");
  return found;
}

async function readHome(home: string): Promise<JarFolder> {
  return await readJarFolder(ksqldbJars(home), ksqldbMainClass);
}

describe("a folder with ksqlDB", () => {
  test(
    "runs with the stack's settings, is ready when its health check passes, and stops on request",
    async () => {
      const home = await fakeKsqldbHome("some/where/deep/fake.jar");
      const folder = stateFolder(await temporaryFolder());
      const portOffset = await freeOffset();
      const definition = definitionOf(home, portOffset);
      // A JVM would not start with it.
      process.env["JAVA_TOOL_OPTIONS"] = "-agentlib:no-such-agent";
      onTestFinished(() => void delete process.env["JAVA_TOOL_OPTIONS"]);
      const said: string[] = [];
      const log = { ...silentLog, info: (message: string) => void said.push(message) };
      const runtime = localRuntime({ folder, stackId: "0a1b2c3d", cacheDir: () => folder.root, log });
      const remembered = new Map<ServiceName, ServiceRecord>();
      const remember = async (name: ServiceName, record: ServiceRecord | undefined): Promise<void> =>
        void (record ? remembered.set(name, record) : remembered.delete(name));
      const desired = [{ definition, definitionHash: runtime.hash(definition) }];
      await runtime.prepare([definition]);
      expect(said).toEqual(["JAVA_TOOL_OPTIONS is set but not passed to the engines"]);
      const context = {
        runtime,
        kafkaProbe: async () => true,
        log: silentLog,
        signal: new AbortController().signal,
        timeoutMs: 60_000,
        intend: async () => {},
        remember,
      };
      const start = startServices(desired, context);
      const [record] = await start.all;
      start.starts.release();
      try {
        const told = await (await fetch(`${definition.endpoint}/how-it-was-started`)).text();
        const [classPath, timeZone, heap, brokers, guarantee, stateDir, locale, temporary, variables] = told.split("\n");
        expect({
          classPath,
          timeZone,
          brokers,
          guarantee,
          stateDir,
          locale,
          temporary,
          tool: variables?.includes("JAVA_TOOL_OPTIONS"),
        }).toEqual({
          classPath: join(home, "some/where/deep/fake.jar"),
          timeZone: "UTC",
          brokers: `127.0.0.1:${9092 + portOffset}`,
          guarantee: "exactly_once_v2",
          stateDir: join(folder.dataDir("ksqldb"), "state"),
          locale: "en_US UTF-8 UTF-8 UTF-8",
          tool: false,
          temporary: join(folder.dataDir("ksqldb"), "tmp"),
        });
        expect(Number(heap)).toBeLessThanOrEqual(1024);
        expect(record).toMatchObject({ name: "ksqldb", endpoint: `http://127.0.0.1:${8088 + portOffset}` });
        expect(typeof record?.readyMs).toBe("number");
      } finally {
        await stopServices(desired, [...remembered.values()], context);
      }
      expect(await readFile(folder.logFile("ksqldb"), "utf8")).toContain("asked to stop");
      expect(remembered.size).toBe(0);
    },
    { timeout: 90_000 },
  );

  test("may be Confluent's archive: only the server's jars are on its class path", async () => {
    const home = await fakeKsqldbHome("share/java/ksqldb-rest-app/ksqldb-rest-app.jar");
    await mkdir(join(home, "share/java/schema-registry"), { recursive: true });
    await mkdir(join(home, "share/java/ksqldb"), { recursive: true });
    await writeFile(join(home, "share/java/schema-registry/other.jar"), "");
    await writeFile(join(home, "share/java/ksqldb/common.jar"), "");
    expect(jarFolderClassPath(await readHome(home))).toBe(
      `${join(home, "share/java/ksqldb/*")}:${join(home, "share/java/ksqldb-rest-app/*")}`,
    );
  });

  test("provides its version and jars for an image", async () => {
    const home = await fakeKsqldbHome("share/java/ksqldb-rest-app/ksqldb-rest-app-7.6.1.jar");
    const { version, byFolder, fingerprint } = await readHome(home);
    expect([version, ...byFolder]).toEqual(["7.6.1", ["share/java/ksqldb-rest-app", ["ksqldb-rest-app-7.6.1.jar"]]]);
    expect((await readHome(home)).fingerprint).toBe(fingerprint);
    await writeFile(join(home, "share/java/ksqldb-rest-app/other.jar"), "");
    expect((await readHome(home)).fingerprint).not.toBe(fingerprint);
  });

  test("is rejected if it does not exist or does not contain a server", async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, "other.jar"), "");
    const refusalOf = (folder: string) => readHome(folder).catch((error: unknown) => error);
    expect(await refusalOf(home)).toMatchObject({
      code: "prerequisite",
      message: `Cannot use "${home}" as ksqlDB: no jar in it contains io.confluent.ksql.rest.server.KsqlServerMain`,
    });
    expect(await refusalOf(join(home, "none"))).toMatchObject({ message: `Cannot use "${join(home, "none")}" as ksqlDB: no such folder` });
  });
});
