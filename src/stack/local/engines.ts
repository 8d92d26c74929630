/**
 * The engines' jars: resolved once a user by Maven from the embedded poms, kept in the cache. A folder in the cache is whole,
 * because it appears by rename; it is checked against its manifest all the same, since caches get cleaned by half.
 */

import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Declarations } from "../../core/assets.ts";
import { StreamctlError, systemCode } from "../../core/errors.ts";
import { saysDiskFull } from "../../core/program-words.ts";
import { readIfExists } from "../../core/files.ts";
import { withLock } from "../../core/lock.ts";
import type { Log } from "../../core/log.ts";
import { runCommand } from "../../core/process.ts";
import type { MavenJars } from "../service.ts";
import { mavenCall, nameCutSettings, readMavenSettings, repositoryOfStranger } from "./maven-environment.ts";

/** Room that the resolution of engines needs, Maven's own repository included, in bytes. */
export function diskBytesFor(engines: readonly MavenJars[]): number {
  return engines.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
}

/** Whether the resolution of an engine compiles Java. */
export function needsCompiler({ sources }: MavenJars): boolean {
  return sources.length > 0;
}

/** Each engine once, in the order in which the jars name them. */
export function distinctEngines(jars: readonly MavenJars[]): readonly MavenJars[] {
  return [...new Map(jars.map((one) => [one.engine, one])).values()];
}

/** What Maven needs to resolve an engine: texts by the path at which they lie in its project. */
function mavenProject({ engine, sources }: MavenJars, declarations: Declarations): Readonly<Record<string, string>> {
  const compiled = sources.map((source) => [`src/main/java/${basename(source)}`, declarations.read(source)] as const);
  return Object.fromEntries([["pom.xml", declarations.read(`config/${engine}/pom.xml`)], ...compiled]);
}

const plugins = {
  compile: "org.apache.maven.plugins:maven-compiler-plugin:3.13.0:compile",
  copy: "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
} as const;

export interface EngineContext {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Folder of the engines' jars; made where it is missing. */
  readonly cacheDir: string;
  /** With the engines' poms. */
  readonly declarations: Declarations;
}

type Cache = Pick<EngineContext, "cacheDir" | "declarations">;

/** Class path of an engine in the cache: every jar of `lib`, and `classes` where the pom compiles sources. */
export function classPath(cache: Cache, engine: MavenJars): string {
  const home = engineHome(cache, engine);
  const jars = join(home, "lib", "*");
  return needsCompiler(engine) ? `${join(home, "target", "classes")}:${jars}` : jars;
}

/** Whether the engine stands in the cache, whole. */
export async function isResolved(cache: Cache, engine: MavenJars): Promise<boolean> {
  return (await missingFile(engineHome(cache, engine))) === undefined;
}

/**
 * Brings the engines that are missing into the cache, one after another, under the cache's own lock.
 *
 * @throws StreamctlError `prerequisite` without Maven, `no-space`, `download` with the end of Maven's output.
 */
export async function resolveEngines(engines: readonly MavenJars[], context: EngineContext): Promise<void> {
  const missing: MavenJars[] = [];
  for (const engine of distinctEngines(engines)) if (!(await isResolved(context, engine))) missing.push(engine);
  if (missing.length === 0) return;
  await requireSpace(context.cacheDir, missing);
  const lock = {
    signal: context.signal,
    timeoutMs: 30 * 60_000,
    onWait: (pid: number) => context.log.info(`Waiting for process ${pid}, which fills the cache`),
  };
  await withLock(join(context.cacheDir, "lock"), lock, async () => {
    await removeDrafts(context.cacheDir);
    nameCutSettings(process.env, context.log);
    for (const engine of missing) await resolveEngine(engine, context);
  });
}

async function resolveEngine(engine: MavenJars, context: EngineContext): Promise<void> {
  const { cacheDir, log } = context;
  const home = engineHome(context, engine);
  const lacking = await missingFile(home);
  if (lacking === undefined) return; // Another process was faster.
  if (lacking !== home) log.warn(`${releaseOf(engine)} in the cache lacks ${basename(lacking)}: fetching it again`);
  const draft = join(cacheDir, `.draft-${engine.engine}-${process.pid}`);
  try {
    await mkdir(join(draft, "lib"), { recursive: true });
    for (const [path, text] of Object.entries(mavenProject(engine, context.declarations))) {
      await mkdir(dirname(join(draft, path)), { recursive: true });
      await writeFile(join(draft, path), text);
    }
    const startedAt = performance.now();
    await runMaven(engine, draft, context);
    await writeFile(join(draft, "manifest.json"), JSON.stringify(await listFiles(draft)));
    await rm(home, { recursive: true, force: true });
    await mkdir(dirname(home), { recursive: true });
    await rename(draft, home);
    log.success(`${releaseOf(engine)} resolved in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  } catch (error) {
    if (systemCode(error) === "ENOSPC") throw noSpace(cacheDir, engine.diskBytes);
    throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runMaven(engine: MavenJars, folder: string, { log, signal, cacheDir }: EngineContext): Promise<void> {
  const goals = engine.sources.length > 0 ? [plugins.compile, plugins.copy] : [plugins.copy];
  // Where a folder has none, Maven takes the options in `.mvn` of the nearest folder above that has one.
  await mkdir(join(folder, ".mvn", "tmp"), { recursive: true });
  const call = mavenCall(process.env, await readMavenSettings(process.env), join(folder, ".mvn", "tmp"));
  const copied = ["-DincludeScope=runtime", `-DoutputDirectory=${join(folder, "lib")}`];
  const args = [...call.args, ...(await repositoryOfStranger(cacheDir, call)), "-B", "-f", join(folder, "pom.xml"), ...goals, ...copied];
  log.info(`Resolving ${releaseOf(engine)} by Maven (about ${engine.jarCount} jars, once)`);
  let fetched = 0;
  const onLine = (line: string): void => {
    if (!/^(?:\[INFO\] )?Downloaded .*\.jar /u.test(line)) return;
    fetched += 1;
    if (fetched % 25 === 0) log.info(`  ${releaseOf(engine)}: ${fetched} jars fetched, those of Maven itself among them`);
  };
  let result;
  try {
    result = await runCommand({ program: "mvn", args, env: call.env }, { signal, onLine });
  } catch (error) {
    if (error instanceof StreamctlError && error.code === "prerequisite") {
      throw new StreamctlError("prerequisite", `Cannot resolve ${releaseOf(engine)}: Maven (mvn) is not on the PATH`, {
        cause: error,
        hint: "Install Maven (Debian: apt-get install maven), then type the same again",
      });
    }
    throw error;
  }
  if (result.exitCode === 0) return await rm(join(folder, ".mvn"), { recursive: true });
  if (saysDiskFull(result.output)) throw noSpace(cacheDir, engine.diskBytes);
  const errors = result.output.split("\n").filter((line) => line.startsWith("[ERROR]"));
  throw new StreamctlError("download", `Cannot resolve ${releaseOf(engine)}: Maven ended with ${result.exitCode}`, {
    detail: errors.slice(0, 5).join("\n"),
    hint:
      "Check that this machine reaches its Maven repository (proxies: ~/.m2/settings.xml or MAVEN_OPTS; no mavenrc is read), " +
      "then type the same again: what was fetched is kept",
  });
}

/** Path of the first file that the manifest names and that is not there in its size; the folder itself where all is missing. */
async function missingFile(home: string): Promise<string | undefined> {
  const text = await readIfExists(join(home, "manifest.json"));
  if (text === undefined) return home;
  const manifest = parseManifest(text);
  if (!manifest) return join(home, "manifest.json");
  const paths = Object.entries(manifest);
  const sizes = await Promise.all(paths.map(async ([path]) => (await stat(join(home, path)).catch(() => undefined))?.size));
  const index = paths.findIndex(([, size], i) => sizes[i] !== size);
  const lacking = paths[index];
  return lacking ? join(home, lacking[0]) : undefined;
}

/** Undefined for half a manifest, as a power cut leaves it. */
function parseManifest(text: string): Readonly<Record<string, number>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, number>>;
  } catch {
    return undefined;
  }
}

async function listFiles(folder: string): Promise<Record<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (path) => [path.slice(folder.length + 1), (await stat(path)).size] as const));
  return Object.fromEntries(sizes);
}

/** A draft whose process was killed is of no use to anyone. */
async function removeDrafts(cacheDir: string): Promise<void> {
  const drafts = (await readdir(cacheDir)).filter((name) => name.startsWith(".draft-"));
  await Promise.all(drafts.map((name) => rm(join(cacheDir, name), { recursive: true, force: true })));
}

async function requireSpace(cacheDir: string, missing: readonly MavenJars[]): Promise<void> {
  try {
    await mkdir(cacheDir, { recursive: true });
  } catch (error) {
    if (systemCode(error) === "ENOSPC") throw noSpace(cacheDir, 0);
    throw new StreamctlError("state", `Cannot make the cache folder "${cacheDir}": ${systemCode(error) ?? String(error)}`, {
      cause: error,
      hint: "Point XDG_CACHE_HOME at a folder that you may write",
    });
  }
  const needed = diskBytesFor(missing);
  const { bavail, bsize } = await statfs(cacheDir);
  if (bavail * bsize < needed) throw noSpace(cacheDir, needed);
}

export function noSpace(cacheDir: string, needed: number): StreamctlError {
  return new StreamctlError(
    "no-space",
    `Cannot fill the cache "${cacheDir}": no room on its disk, ${Math.ceil(needed / 1e6)} MB are needed`,
    {
      hint: "Free some room, or point XDG_CACHE_HOME at a larger disk",
    },
  );
}

/** `Kafka 4.3.1`. */
function releaseOf({ label, version }: MavenJars): string {
  return `${label} ${version}`;
}

function engineHome({ cacheDir, declarations }: Cache, engine: MavenJars): string {
  const hash = createHash("sha256");
  for (const text of Object.values(mavenProject(engine, declarations))) hash.update(text);
  return join(cacheDir, "engines", `${engine.engine}-${hash.digest("hex").slice(0, 12)}`);
}
