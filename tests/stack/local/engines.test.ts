import { expect, onTestFinished, test } from "bun:test";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import type { Declarations } from "../../../src/core/assets.ts";
import { silentLog } from "../../../src/core/log.ts";
import { classPath, isResolved, resolveEngines } from "../../../src/stack/local/engines.ts";
import type { MavenJars } from "../../../src/stack/service.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** A FAKE Maven on the PATH: "compiles" a class and a nested one, and "copies" a jar. */
async function useFakeMaven(): Promise<void> {
  const folder = await temporaryFolder();
  const script = `#!/bin/sh
for word; do
  case "$word" in
    -DoutputDirectory=*) lib="\${word#*=}" ;;
  esac
done
mkdir -p "$lib/../target/classes/inner"
printf one > "$lib/../target/classes/Program.class"
printf two > "$lib/../target/classes/inner/Part.class"
printf jar > "$lib/dependency.jar"
`;
  await writeFile(join(folder, "mvn"), script);
  await chmod(join(folder, "mvn"), 0o755);
  const before = process.env["PATH"];
  process.env["PATH"] = `${folder}:${before}`;
  onTestFinished(() => void (process.env["PATH"] = before));
}

const engine: MavenJars = {
  kind: "maven",
  engine: "tiny",
  label: "Tiny",
  version: "1",
  sources: ["config/tiny/Program.java"],
  jarCount: 1,
  diskBytes: 1e6,
};
const declarations: Declarations = { paths: () => [], read: (path) => `text of ${path}` };

test("resolveEngines() packs the classes of an engine's sources into a jar, so that its class path has only jars", async () => {
  await useFakeMaven();
  const cache = { cacheDir: await temporaryFolder(), declarations };
  await mkdir(cache.cacheDir, { recursive: true });
  await resolveEngines([engine], { ...cache, log: silentLog });
  expect(await isResolved(cache, engine)).toBe(true);
  const path = classPath(cache, engine);
  expect(path).toEndWith("/lib/*");
  const entries = unzipSync(await readFile(join(dirname(path), "streamctl.jar")));
  const texts = Object.fromEntries(Object.entries(entries).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]));
  expect(texts).toEqual({ "Program.class": "one", "inner/Part.class": "two" });
  expect(await Bun.file(join(dirname(path), "dependency.jar")).text()).toBe("jar");
});
