/** Checks the table of rooms in ARCHITECTURE.md: which room may import which, and which module may do what. */

import { describe, expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

const source = resolve(import.meta.dir, "../../src");

const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  spec: ["core"],
  record: ["core", "spec"],
  kafka: ["core"],
  state: ["core"],
  stack: ["core", "state"],
  processors: ["core", "spec", "record", "state", "stack"],
  stores: ["core", "spec", "record", "stack"],
  dashboards: ["core", "spec", "stack"],
  data: ["core", "spec", "record", "state", "kafka"],
  pipeline: ["core", "spec", "record", "kafka", "state", "stack", "processors", "stores", "dashboards"],
  console: ["core", "spec", "record", "kafka", "state", "stack", "processors", "stores", "pipeline"],
  trials: ["core", "spec", "record", "kafka", "state", "stack", "processors", "stores", "data", "pipeline"],
  cli: ["core", "spec", "record", "state", "stack", "processors", "data", "pipeline", "trials", "console"],
  "main.ts": ["cli", "data"],
};

/** Code that only the listed modules may contain, as a pattern. */
const onlyIn: readonly { readonly what: string; readonly pattern: RegExp; readonly files: readonly string[] }[] = [
  // Bun, Deno and Node 20 run the same sources. Bun's types add these APIs, so the type checker does not reject them:
  {
    what: "uses an API of one runtime only",
    pattern: /\bBun\.|\bDeno\.|"bun(?::\w+)?"|Promise\.(?:withResolvers|try)|Array\.fromAsync/u,
    files: [],
  },
  { what: "checks whether it is bundled", pattern: /import\.meta\.url\.(?:endsWith|includes|startsWith)/u, files: ["core/origin.ts"] },
  { what: "spawns processes", pattern: /from "node:child_process"|Bun\.spawn/u, files: ["core/process.ts"] },
  {
    what: "imports assets",
    pattern: /with \{ type: "(?!json)/u,
    files: ["core/embedded-declarations.ts", "core/embedded-build-id.ts", "kafka/embedded-addon.ts", "console/embedded-page.ts"],
  },
  { what: "loads the addon", pattern: /process\.dlopen/u, files: ["kafka/addon.ts"] },
  { what: "sets the exit code", pattern: /process\.exit(?:Code)?\b/u, files: ["cli/run.ts"] },
  {
    what: "writes to standard output",
    pattern: /process\.stdout|\bconsole\.(?:log|error|warn|info|debug|trace|table)\b/u,
    files: ["cli/run.ts", "cli/terminal.ts", "main.ts"],
  },
  { what: "uses consola", pattern: /from "consola/u, files: ["core/log.ts"] },
  { what: "uses ofetch", pattern: /from "ofetch"/u, files: ["core/http.ts"] },
];

/** Packages that most commands do not need, with the modules that load them: of those imported by import(), all that lead to the package. */
const loadedOnDemand: readonly { readonly name: string; readonly by: readonly string[] }[] = [
  { name: "yaml", by: ["pipeline/eject.ts", "stack/docker/runtime.ts"] },
  { name: "valibot", by: ["state/ledger-reading.ts", "state/run-state-versions.ts"] },
  { name: "@faker-js/faker", by: ["data/realistic.ts"] },
];

interface Module {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
  /** The imports that are no import(), without those of types only. */
  readonly eager: readonly string[];
  /** The imports by import(). */
  readonly lazy: readonly string[];
}

async function readModules(): Promise<readonly Module[]> {
  const entries = await readdir(source, { recursive: true });
  const paths = entries.filter((path) => /\.tsx?$/u.test(path) && !path.endsWith(".d.ts"));
  return await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(source, path), "utf8");
      const matches = (pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? "");
      const moduleOf = (name: string): string => relative(source, resolve(source, dirname(path), name));
      return {
        path,
        text,
        imports: matches(/(?:from|import\()\s*"(\.[^"]+\.tsx?)"/gu).map(moduleOf),
        eager: matches(/^(?:import|export)\s(?!type\b)[^;"]*?from "([^"]+)"/gmu).map((name) =>
          name.startsWith(".") ? moduleOf(name) : name,
        ),
        lazy: matches(/import\("(\.[^"]+\.tsx?)"\)/gu).map(moduleOf),
      };
    }),
  );
}

/** Rooms whose folders know nothing of each other. */
const roomsOfStrangers: ReadonlySet<string> = new Set(["processors", "stores", "dashboards", "trials"]);

const roomOf = (path: string): string => path.split("/")[0] ?? path;

describe("rooms", () => {
  test("import only what the table allows", async () => {
    const wrong = (await readModules()).flatMap(({ path, imports }) =>
      imports
        .filter((target) => roomOf(target) !== roomOf(path) && !(mayImport[roomOf(path)] ?? []).includes(roomOf(target)))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("are all listed in the table", async () => {
    const rooms = new Set((await readModules()).map(({ path }) => roomOf(path)));
    expect([...rooms].toSorted()).toEqual(Object.keys(mayImport).toSorted());
  });

  test("of several engines keep these apart: no folder imports another one of its room, not even types", async () => {
    const folderOf = (path: string): string | undefined => (path.split("/").length > 2 ? path.split("/")[1] : undefined);
    const wrong = (await readModules()).flatMap(({ path, imports }) =>
      imports
        .filter((target) => roomsOfStrangers.has(roomOf(path)) && roomOf(target) === roomOf(path))
        .filter((target) => folderOf(path) !== undefined && folderOf(target) !== undefined && folderOf(target) !== folderOf(path))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("import of the console's page only what a browser runs too", async () => {
    const isPage = (path: string): boolean => path.startsWith("console/page/");
    const shared = new Set(["console/api.ts", "core/units.ts"]);
    const pages = (await readModules()).filter(({ path }) => isPage(path));
    expect(pages.flatMap(({ imports }) => imports.filter((target) => !isPage(target) && !shared.has(target)))).toEqual([]);
    expect((await readModules()).filter(({ path }) => path === "core/units.ts").flatMap(({ eager }) => eager)).toEqual([]);
  });

  for (const { what, pattern, files } of onlyIn) {
    test(`${files.join(" and ") || "no module"} ${files.length > 0 ? "alone " : ""}${what}`, async () => {
      const found = (await readModules()).filter(({ text }) => pattern.test(text)).map(({ path }) => path);
      expect(found.filter((path) => !files.includes(path))).toEqual([]);
    });
  }

  test.each(loadedOnDemand)("load $name only where it is needed", async ({ name, by }) => {
    const modules = await readModules();
    const needing = new Set([name]);
    for (let size = 0; size < needing.size;) {
      size = needing.size;
      for (const { path, eager } of modules) if (eager.some((target) => needing.has(target))) needing.add(path);
    }
    const entries = new Set(["main.ts", ...modules.flatMap(({ lazy }) => lazy)]);
    expect([...entries].filter((path) => needing.has(path)).toSorted()).toEqual(by.toSorted());
  });

  test("contain no file of more than 400 lines", async () => {
    const long = (await readModules()).filter(({ text }) => text.split("\n").length > 401).map(({ path }) => path);
    expect(long).toEqual([]);
  });
});
