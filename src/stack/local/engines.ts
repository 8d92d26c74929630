/** The engines' jars: resolved once a user by Maven from the embedded poms, kept in the cache. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Declarations } from "../../core/assets.ts";
import { hasCode, StreamctlError } from "../../core/errors.ts";
import { runCommand } from "../../core/process.ts";
import { reportsDiskFull } from "../../core/program-messages.ts";
import { shortHash } from "../../core/short-hash.ts";
import { type CacheContext, type CacheEntry, fillCache, isCached, noSpace } from "./cache.ts";
import { mavenCall, nameCutSettings, readMavenSettings, repositoryOfStranger } from "./maven-environment.ts";
import type { MavenJars } from "../service.ts";

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

export interface EngineContext extends CacheContext {
  /** With the engines' poms. */
  readonly declarations: Declarations;
}

type Cache = Pick<EngineContext, "cacheDir" | "declarations">;

/** Class path of an engine in the cache: every jar of `lib`, and `classes` where the pom compiles sources. */
export function classPath(cache: Cache, engine: MavenJars): string {
  const home = join(cache.cacheDir, pathOf(engine, cache.declarations));
  const jars = join(home, "lib", "*");
  return needsCompiler(engine) ? `${join(home, "target", "classes")}:${jars}` : jars;
}

/** Whether the engine stands in the cache, whole. */
export async function isResolved({ cacheDir, declarations }: Cache, engine: MavenJars): Promise<boolean> {
  return await isCached(cacheDir, pathOf(engine, declarations));
}

/**
 * Brings the engines that are missing into the cache.
 *
 * @throws StreamctlError `prerequisite` without Maven, `no-space`, `download` with the end of Maven's output.
 */
export async function resolveEngines(engines: readonly MavenJars[], context: EngineContext): Promise<void> {
  let named = false;
  const entries = distinctEngines(engines).map((engine): CacheEntry => {
    const { diskBytes } = engine;
    const fill = async (draft: string): Promise<void> => {
      if (!named) nameCutSettings(process.env, context.log);
      named = true;
      await mkdir(join(draft, "lib"));
      for (const [path, text] of Object.entries(mavenProject(engine, context.declarations))) {
        await mkdir(dirname(join(draft, path)), { recursive: true });
        await writeFile(join(draft, path), text);
      }
      await runMaven(engine, draft, context);
    };
    return { path: pathOf(engine, context.declarations), label: releaseOf(engine), diskBytes, fill };
  });
  await fillCache(entries, context);
}

async function runMaven(engine: MavenJars, folder: string, { log, signal, cacheDir }: EngineContext): Promise<void> {
  const release = releaseOf(engine);
  const goals = needsCompiler(engine) ? [plugins.compile, plugins.copy] : [plugins.copy];
  // Where a folder has none, Maven takes the options in `.mvn` of the nearest folder above that has one.
  await mkdir(join(folder, ".mvn", "tmp"), { recursive: true });
  const call = mavenCall(process.env, await readMavenSettings(process.env), join(folder, ".mvn", "tmp"));
  const copied = ["-DincludeScope=runtime", `-DoutputDirectory=${join(folder, "lib")}`];
  const args = [...call.args, ...(await repositoryOfStranger(cacheDir, call)), "-B", "-f", join(folder, "pom.xml"), ...goals, ...copied];
  log.info(`Resolving ${release} by Maven (about ${engine.jarCount} jars, once)`);
  let fetched = 0;
  const onLine = (line: string): void => {
    if (!/^(?:\[INFO\] )?Downloaded .*\.jar /u.test(line)) return;
    fetched += 1;
    if (fetched % 25 === 0) log.info(`  ${release}: ${fetched} jars fetched, those of Maven itself among them`);
  };
  let result;
  try {
    result = await runCommand({ program: "mvn", args, env: call.env }, { signal, onLine });
  } catch (error) {
    if (!hasCode(error, "prerequisite")) throw error;
    throw new StreamctlError("prerequisite", `Cannot resolve ${release}: Maven (mvn) is not on the PATH`, {
      cause: error,
      hint: "Install Maven (Debian: apt-get install maven), then type the same again",
    });
  }
  if (result.exitCode === 0) return await rm(join(folder, ".mvn"), { recursive: true });
  if (reportsDiskFull(result.output)) throw noSpace(cacheDir, engine.diskBytes);
  const errors = result.output.split("\n").filter((line) => line.startsWith("[ERROR]"));
  throw new StreamctlError("download", `Cannot resolve ${release}: Maven ended with ${result.exitCode}`, {
    detail: errors.slice(0, 5).join("\n"),
    hint:
      "Check that this machine reaches its Maven repository (proxies: ~/.m2/settings.xml or MAVEN_OPTS; no mavenrc is read), " +
      "then type the same again: what was fetched is kept",
  });
}

/** `Kafka 4.3.1`. */
function releaseOf({ label, version }: MavenJars): string {
  return `${label} ${version}`;
}

/** Below the cache's folder. */
function pathOf(engine: MavenJars, declarations: Declarations): string {
  const texts = Object.values(mavenProject(engine, declarations));
  return join("engines", `${engine.engine}-${shortHash(texts.join(""), 12)}`);
}
