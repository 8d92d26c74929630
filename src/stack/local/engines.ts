/** The engines' jars: resolved with Maven from the embedded poms, once per user, and kept in the cache. */

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Declarations } from "../../core/assets.ts";
import { hasCode, StreamctlError } from "../../core/errors.ts";
import { runCommand } from "../../core/process.ts";
import { reportsDiskFull } from "../../core/program-messages.ts";
import { shortHash } from "../../core/short-hash.ts";
import { type CacheContext, type CacheEntry, fillCache, isCached, noSpace } from "./cache.ts";
import { mavenCall, logFilteredSettings, readMavenSettings, repositoryForUnknownUser } from "./maven-environment.ts";
import type { MavenJars } from "../service.ts";

/** Disk space for resolving engines, including Maven's local repository and class-data archives, in bytes. */
export function diskBytesFor(engines: readonly MavenJars[]): number {
  return engines.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
}

/** Whether resolving an engine compiles Java sources. */
export function needsCompiler({ sources }: MavenJars): boolean {
  return sources.length > 0;
}

/** Removes repeated engines. */
export function distinctEngines(jars: readonly MavenJars[]): readonly MavenJars[] {
  return [...new Map(jars.map((one) => [one.engine, one])).values()];
}

/** The files of an engine's Maven project by path: the pom and the Java sources. */
function mavenProject({ engine, sources }: MavenJars, declarations: Declarations): Readonly<Record<string, string>> {
  const compiled = sources.map((source) => [`src/main/java/${basename(source)}`, declarations.read(source)] as const);
  return Object.fromEntries([["pom.xml", declarations.read(`config/${engine}/pom.xml`)], ...compiled]);
}

const plugins = {
  compile: "org.apache.maven.plugins:maven-compiler-plugin:3.13.0:compile",
  copy: "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
} as const;

export interface EngineContext extends CacheContext {
  /** Contains the engines' poms. */
  readonly declarations: Declarations;
}

type Cache = Pick<EngineContext, "cacheDir" | "declarations">;

/** Class path of an engine in the cache: all jars in `lib`, one of them with the classes of the sources. */
export function classPath(cache: Cache, engine: MavenJars): string {
  return join(cache.cacheDir, pathOf(engine, cache.declarations), "lib", "*");
}

/** Whether the engine is in the cache, complete. */
export async function isResolved({ cacheDir, declarations }: Cache, engine: MavenJars): Promise<boolean> {
  return await isCached(cacheDir, pathOf(engine, declarations));
}

/**
 * Adds the missing engines to the cache.
 *
 * @throws StreamctlError `prerequisite` without Maven, `no-space`, `download` with the end of Maven's output.
 */
export async function resolveEngines(engines: readonly MavenJars[], context: EngineContext): Promise<void> {
  let logged = false;
  const entries = distinctEngines(engines).map((engine): CacheEntry => {
    const { diskBytes } = engine;
    const fill = async (draft: string): Promise<void> => {
      if (!logged) logFilteredSettings(process.env, context.log);
      logged = true;
      await mkdir(join(draft, "lib"));
      for (const [path, text] of Object.entries(mavenProject(engine, context.declarations))) {
        await mkdir(dirname(join(draft, path)), { recursive: true });
        await writeFile(join(draft, path), text);
      }
      await runMaven(engine, draft, context);
      if (needsCompiler(engine)) await packClasses(join(draft, "target"), join(draft, "lib", compiledJar));
    };
    return { path: pathOf(engine, context.declarations), label: releaseOf(engine), diskBytes, fill };
  });
  await fillCache(entries, context);
}

/** Jar with the classes of an engine's sources. With a folder of classes on the class path, a JVM uses no class-data archive. */
const compiledJar = "streamctl.jar";

/** Moves the compiled classes into a jar. */
async function packClasses(target: string, jar: string): Promise<void> {
  const { zipSync } = await import("fflate");
  const classes = join(target, "classes");
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(classes, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.slice(classes.length + 1)] = await readFile(path);
  }
  await writeFile(jar, zipSync(files));
  await rm(target, { recursive: true });
}

async function runMaven(engine: MavenJars, folder: string, { log, signal, cacheDir }: EngineContext): Promise<void> {
  const release = releaseOf(engine);
  const goals = needsCompiler(engine) ? [plugins.compile, plugins.copy] : [plugins.copy];
  // Without its own `.mvn`, Maven reads the options in `.mvn` of the nearest parent folder.
  await mkdir(join(folder, ".mvn", "tmp"), { recursive: true });
  const call = mavenCall(process.env, await readMavenSettings(process.env), join(folder, ".mvn", "tmp"));
  const copied = ["-DincludeScope=runtime", `-DoutputDirectory=${join(folder, "lib")}`];
  const args = [
    ...call.args,
    ...(await repositoryForUnknownUser(cacheDir, call)),
    "-B",
    "-f",
    join(folder, "pom.xml"),
    ...goals,
    ...copied,
  ];
  log.info(`Resolving ${release} with Maven (about ${engine.jarCount} jars, only the first time)`);
  let fetched = 0;
  const onLine = (line: string): void => {
    if (!/^(?:\[INFO\] )?Downloaded .*\.jar /u.test(line)) return;
    fetched += 1;
    if (fetched % 25 === 0) log.info(`  ${release}: ${fetched} jars downloaded, including those of Maven plugins`);
  };
  let result;
  try {
    result = await runCommand({ program: "mvn", args, env: call.env }, { signal, onLine });
  } catch (error) {
    if (!hasCode(error, "prerequisite")) throw error;
    throw new StreamctlError("prerequisite", `Cannot resolve ${release}: Maven (mvn) is not on the PATH`, {
      cause: error,
      hint: "Install Maven (Debian: apt-get install maven), then run the command again",
    });
  }
  if (result.exitCode === 0) return await rm(join(folder, ".mvn"), { recursive: true });
  if (reportsDiskFull(result.output)) throw noSpace(cacheDir, engine.diskBytes);
  const errors = result.output.split("\n").filter((line) => line.startsWith("[ERROR]"));
  throw new StreamctlError("download", `Cannot resolve ${release}: Maven failed with exit code ${result.exitCode}`, {
    detail: errors.slice(0, 5).join("\n"),
    hint:
      "Check that this machine can reach its Maven repository (proxies: ~/.m2/settings.xml or MAVEN_OPTS; mavenrc files are not read), " +
      "then run the command again; downloaded files are kept",
  });
}

/** `Kafka 4.3.1`. */
function releaseOf({ label, version }: MavenJars): string {
  return `${label} ${version}`;
}

/** Path relative to the cache. */
function pathOf(engine: MavenJars, declarations: Declarations): string {
  // An earlier version of streamctl left the classes in a folder.
  const texts = [...Object.values(mavenProject(engine, declarations)), ...(needsCompiler(engine) ? [compiledJar] : [])];
  return join("engines", `${engine.engine}-${shortHash(texts.join(""), 12)}`);
}
