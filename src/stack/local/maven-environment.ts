/**
 * The caller's settings that are passed to Maven: those needed to reach the user's repository (proxies, certificates, the local repository,
 * settings files), but not a debugger, a JMX port, goals, or a `~/.mavenrc`, which may select another Java.
 */

import { realpath } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { Environment } from "../../core/environment.ts";
import { readIfExists } from "../../core/files.ts";
import type { Log } from "../../core/log.ts";
import { findProgram } from "../../core/process.ts";
import { localeOptions } from "../jvm-options.ts";
import { isMissingIn } from "./name-service.ts";

export interface MavenCall {
  /** Arguments before the goals. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Variables of which only a part was passed on. */
  readonly filtered: readonly string[];
}

/** Variables with options for Maven's JVM; later ones take precedence. */
const optionVariables = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_OPTS", "_JAVA_OPTIONS"];

/** https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/net/doc-files/net-properties.html */
const configuresRepositoryAccess =
  /^-D(?:https?\.|ftp\.|socksProxy|java\.net\.|javax\.net\.ssl\.|jdk\.http\.|jdk\.tls\.|maven\.repo\.|maven\.wagon\.|maven\.resolver\.|aether\.)/u;

const settingsFlag = /^(?:-s|--settings|-gs|--global-settings)$/u;

/**
 * Pure.
 *
 * @param settings texts of the settings files that Maven reads: variables that they use as `${env.NAME}` are passed on
 * @param temporaryFolder temporary folder of Maven's JVM; ignored when its path cannot be passed on
 */
export function mavenCall(environment: Environment, settings: readonly string[], temporaryFolder: string): MavenCall {
  const given = new Map(optionVariables.map((name) => [name, words(environment[name])]));
  const options = [...given.values()].flat().filter((word) => configuresRepositoryAccess.test(word));
  const all = words(environment["MAVEN_ARGS"]);
  const args = all.filter(
    (word, index) => configuresRepositoryAccess.test(word) || settingsFlag.test(word) || settingsFlag.test(all[index - 1] ?? ""),
  );
  // The mvn script splits MAVEN_OPTS at spaces and expands globs, so it cannot contain such a path.
  const temporary = /[\s*?[]/u.test(temporaryFolder) ? [] : [`-Djava.io.tmpdir=${temporaryFolder}`];
  const named = settings.flatMap((text) => [...text.matchAll(/\$\{env\.(\w+)\}/gu)].map((match) => match[1] ?? ""));
  const values = named.filter((name) => !given.has(name)).flatMap((name) => pairs(name, environment[name]));
  return {
    args,
    env: {
      ...Object.fromEntries(values),
      MAVEN_OPTS: [...localeOptions, ...temporary, ...options].join(" "),
      MAVEN_SKIP_RC: "true",
    },
    filtered: [
      ...[...given].filter(([, list]) => !list.every((word) => configuresRepositoryAccess.test(word))).map(([name]) => name),
      ...(args.length < all.length ? ["MAVEN_ARGS"] : []),
    ],
  };
}

/**
 * Arguments for a Maven repository in the cache, for a user id without an entry in the user database: Java uses "?" as the home of such a
 * user, and Maven would create a folder of that name in its working directory.
 *
 * @param call the rest of the call; a repository that the user has set is kept
 */
export async function repositoryForUnknownUser(
  cacheDir: string,
  call: Pick<MavenCall, "args" | "env">,
  isUnknown: () => Promise<boolean> = isUnknownUser,
): Promise<readonly string[]> {
  const named = [...call.args, call.env["MAVEN_OPTS"] ?? ""].some((text) => text.includes("-Dmaven.repo.local="));
  return !named && (await isUnknown()) ? [`-Dmaven.repo.local=${join(cacheDir, "maven")}`] : [];
}

/** By the system's user database, which Java uses too; `userInfo()` does not use it in every runtime. */
async function isUnknownUser(): Promise<boolean> {
  return await isMissingIn("passwd", String(process.getuid?.() ?? 0));
}

/** Logs the variables that are passed to Maven only in part. */
export function logFilteredSettings(environment: Environment, log: Log): void {
  const { filtered } = mavenCall(environment, [], "");
  if (filtered.length > 0)
    log.info(`Only the repository settings in ${filtered.join(", ")} are passed to Maven (proxies, certificates, settings files)`);
}

function pairs(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

/** Maven's script splits these variables in the same way, ignoring quotes. */
function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\s+/u).filter(Boolean);
}

/** Texts of the settings files that Maven reads: the global one, the user's, and those in MAVEN_ARGS. */
export async function readMavenSettings(environment: Environment): Promise<readonly string[]> {
  const all = words(environment["MAVEN_ARGS"]);
  const paths = [await globalSettings(), userSettings(), ...all.filter((_, index) => settingsFlag.test(all[index - 1] ?? ""))];
  // Maven itself reports a file that cannot be read.
  const texts = await Promise.all(
    paths.map(async (path) => (path === undefined ? undefined : await readIfExists(path).catch(() => undefined))),
  );
  return texts.filter((text) => text !== undefined);
}

async function globalSettings(): Promise<string | undefined> {
  const program = await findProgram("mvn");
  return program === undefined ? undefined : join(dirname(await realpath(program)), "..", "conf", "settings.xml");
}

/** Java reads the home folder from the user database, not from HOME. */
function userSettings(): string | undefined {
  try {
    return join(userInfo().homedir, ".m2", "settings.xml");
  } catch {
    // The user id is not in the user database.
    return undefined;
  }
}
