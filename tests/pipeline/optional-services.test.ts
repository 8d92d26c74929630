import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { silentLog } from "../../src/core/log.ts";
import { requireValidCatalog, type ServiceCatalog, services } from "../../src/pipeline/catalog.ts";
import { chooseOptional, type OptionalChoices, withoutAbsent, withoutTakenPorts } from "../../src/pipeline/optional-services.ts";
import { defaultServices, desiredServices } from "../../src/pipeline/stack-services.ts";
import type { ServiceType } from "../../src/stack/service-type.ts";

/** A FAKE optional service; only its ports and dependencies matter. */
function optionalService(name: string, port: number, byDefault: boolean, needs: readonly string[] = []): ServiceType {
  return {
    ...services.kafka,
    name,
    label: name.toUpperCase(),
    ports: { [name]: { label: name.toUpperCase(), port } },
    needs,
    optional: { byDefault },
    define: () => ({
      endpoint: `http://127.0.0.1:${port}`,
      values: {},
      files: [],
      env: {},
      process: {
        kind: "jvm",
        scriptPrefixes: [],
        jars: { kind: "maven", engine: name, label: name, version: "1", sources: [], jarCount: 1, diskBytes: 1 },
        jvmOptions: [],
        mainClass: "Main",
        args: [],
      },
      probe: { kind: "http", checks: [] },
      stopTimeoutMs: 1000,
    }),
  };
}

const { console: _console, superset: _superset, ...required } = services;

const catalogWith = (port: number): ServiceCatalog => ({
  ...required,
  page: optionalService("page", port, true, ["kafka"]),
  charts: optionalService("charts", 8190, false, ["pinot"]),
});
const catalog = catalogWith(8080);
const base = defaultServices({ runtime: "local", portOffset: 0 }, required).map(({ name }) => name);

const stack = { runtime: "local", portOffset: 0, processor: "flink", external: false } as const;
const namesOf = (choices: OptionalChoices): readonly string[] => desiredServices({ ...stack, ...choices }, catalog).map(({ name }) => name);

describe("chooseOptional()", () => {
  const of = (requested: OptionalChoices, kept?: OptionalChoices) => chooseOptional(requested, kept, catalog);

  test("keeps requested and declined services, the latest choice for each", () => {
    expect(of({})).toEqual({});
    expect(of({ with: ["page", "charts", "page"] })).toEqual({ with: ["charts", "page"] });
    expect(of({}, { with: ["charts"], without: ["page"] })).toEqual({ with: ["charts"], without: ["page"] });
    expect(of({ without: ["charts"] }, { with: ["charts"], without: ["page"] })).toEqual({ without: ["charts", "page"] });
    expect(of({ with: ["page"] }, { with: ["charts"], without: ["page"] })).toEqual({ with: ["charts", "page"] });
    expect(of({ only: ["page"] }, { without: ["page"] })).toEqual({});
  });

  test("rejects contradictions, and names of services that are not optional", () => {
    expect(() => of({ with: ["page"], without: ["page"] })).toThrow(
      'Cannot use --with and --without for "page": they contradict each other',
    );
    expect(() => of({ only: ["page"], without: ["page"] })).toThrow(
      'Cannot use --only and --without for "page": they contradict each other',
    );
    expect(() => of({ with: ["kafka"] })).toThrow('Cannot use "kafka" for --with: it is not optional');
    expect(() => of({ without: ["nothing"] })).toThrow('Cannot use "nothing" for --without: there is no such optional service');
  });
});

describe("desiredServices(), with optional services", () => {
  test("includes default and requested services", () => {
    requireValidCatalog(catalog);
    expect(namesOf({})).toEqual([...base, "page"]);
    expect(namesOf({ with: ["charts"] })).toEqual([...base, "page", "charts"]);
    expect(namesOf({ without: ["page"] })).toEqual(base);
  });

  test("includes with --only the requested services and their dependencies", () => {
    expect(namesOf({ only: ["kafka"] })).toEqual(["kafka"]);
    expect(namesOf({ only: ["page"] })).toEqual(["kafka", "page"]);
    expect(namesOf({ only: ["kafka"], with: ["charts"] })).toEqual(["kafka", "zookeeper", "pinot", "charts"]);
  });
});

describe("withoutTakenPorts()", () => {
  const leftOut = async (choices: OptionalChoices, running: readonly string[] = [], wanted = ["page"]) => {
    const server = createServer();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    try {
      const own = catalogWith(port);
      const definitions = desiredServices({ ...stack, ...choices }, own).filter(({ name }) => wanted.includes(name));
      const moved = definitions.map((definition) => ({ ...definition, ports: [{ name: "PAGE", port, inside: port }] }));
      const warnings: string[] = [];
      const log = { ...silentLog, warn: (message: string) => void warnings.push(message.replaceAll(String(port), "PORT")) };
      const kept = await withoutTakenPorts(moved, { ...choices, runtime: "local" }, { running: new Set(running), log }, own);
      return { kept: kept.map(({ name }) => name), warnings };
    } finally {
      server.close();
    }
  };

  test("omits, with a warning, a service that was not requested and whose port is in use", async () => {
    const { kept, warnings } = await leftOut({});
    expect(kept).toEqual([]);
    expect(warnings.map((warning) => warning.replace(/process \d+ \(.+\)/u, "a process"))).toEqual([
      "PAGE is not started: port PORT (PAGE) is in use: a process is listening on it. " +
        "Disable it with --without page, or use other ports with --port-offset",
    ]);
  });

  test("keeps requested, running and mandatory services", async () => {
    expect((await leftOut({ with: ["page"] })).kept).toEqual(["page"]);
    expect((await leftOut({ only: ["page"] })).kept).toEqual(["page"]);
    expect((await leftOut({}, ["page"])).kept).toEqual(["page"]);
    expect((await leftOut({}, [], ["kafka"])).kept).toEqual(["kafka"]);
  });
});

test("withoutAbsent() omits services that were neither requested nor started", () => {
  const definitions = desiredServices({ ...stack, with: ["charts"] }, catalog);
  const shown = (choices: OptionalChoices, started: readonly string[]): readonly string[] =>
    withoutAbsent(
      definitions,
      choices,
      started.map((name) => ({ name })),
      catalog,
    ).map(({ name }) => name);
  expect(shown({ with: ["charts"] }, [])).toEqual([...base, "charts"]);
  expect(shown({ with: ["charts"] }, ["page"])).toEqual([...base, "page", "charts"]);
});
