/**
 * What Maven is given of the caller's settings. It has to reach the user's repository, so what leads there passes: proxies, certificates,
 * the local repository and the settings files. A debugger, a port for JMX, a `~/.mavenrc` with another Java and goals do not.
 */

import { realpath } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { Environment } from "../../core/environment.ts";
import { hasCode } from "../../core/errors.ts";
import { readIfExists } from "../../core/files.ts";
import type { Log } from "../../core/log.ts";
import { findProgram, runCommand } from "../../core/process.ts";
import { localeOptions } from "../jvm-options.ts";

export interface MavenCall {
  /** Words before the goals. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Variables of which something was left out. */
  readonly cut: readonly string[];
}

/** Where options for Maven's JVM stand, in the order in which later ones win. */
const optionVariables = ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_OPTS", "_JAVA_OPTIONS"];

/** https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/net/doc-files/net-properties.html */
const leadsToRepository =
  /^-D(?:https?\.|ftp\.|socksProxy|java\.net\.|javax\.net\.ssl\.|jdk\.http\.|jdk\.tls\.|maven\.repo\.|maven\.wagon\.|maven\.resolver\.|aether\.)/u;

const settingsFlag = /^(?:-s|--settings|-gs|--global-settings)$/u;

/**
 * Pure.
 *
 * @param settings texts of the settings files that Maven will read: what they name as `${env.NAME}` passes
 * @param temporaryFolder of Maven's JVM, taken where its path can be handed on
 */
export function mavenCall(environment: Environment, settings: readonly string[], temporaryFolder: string): MavenCall {
  const given = new Map(optionVariables.map((name) => [name, words(environment[name])]));
  const options = [...given.values()].flat().filter((word) => leadsToRepository.test(word));
  const all = words(environment["MAVEN_ARGS"]);
  const args = all.filter(
    (word, index) => leadsToRepository.test(word) || settingsFlag.test(word) || settingsFlag.test(all[index - 1] ?? ""),
  );
  // The script splits the variable at spaces and expands the rest as a shell does: such a path cannot stand in it.
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
    cut: [
      ...[...given].filter(([, list]) => !list.every((word) => leadsToRepository.test(word))).map(([name]) => name),
      ...(args.length < all.length ? ["MAVEN_ARGS"] : []),
    ],
  };
}

/**
 * Words that give Maven a repository in the cache, for a user whom the table of users does not know: Java calls the home of such a user
 * "?", and Maven would leave a folder of that name wherever it is called.
 *
 * @param call what Maven is given besides; a repository that the user has named counts
 */
export async function repositoryOfStranger(
  cacheDir: string,
  call: Pick<MavenCall, "args" | "env">,
  isStranger: () => Promise<boolean> = isUnknownUser,
): Promise<readonly string[]> {
  const named = [...call.args, call.env["MAVEN_OPTS"] ?? ""].some((text) => text.includes("-Dmaven.repo.local="));
  return !named && (await isStranger()) ? [`-Dmaven.repo.local=${join(cacheDir, "maven")}`] : [];
}

/** What getent(1) ends with where no table holds what it was asked for. */
const notFound = 2;

/** By the tables that Java asks too; not every runtime's `userInfo()` does. */
async function isUnknownUser(): Promise<boolean> {
  try {
    return (await runCommand({ program: "getent", args: ["passwd", String(process.getuid?.() ?? 0)] })).exitCode === notFound;
  } catch (error) {
    // Without getent nobody knows, and most machines know their users.
    if (!hasCode(error, "prerequisite")) throw error;
    return false;
  }
}

/** Names the variables of which Maven gets a part only. */
export function nameCutSettings(environment: Environment, log: Log): void {
  const { cut } = mavenCall(environment, [], "");
  if (cut.length > 0)
    log.info(`Of ${cut.join(", ")} Maven gets what leads to its repository (proxies, certificates, settings files), and no more`);
}

function pairs(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

/** Maven's own script splits them in the same way, without quotes. */
function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\s+/u).filter(Boolean);
}

/** Texts of the settings files that Maven reads: its own, the user's, and those that MAVEN_ARGS names. */
export async function readMavenSettings(environment: Environment): Promise<readonly string[]> {
  const all = words(environment["MAVEN_ARGS"]);
  const paths = [await globalSettings(), userSettings(), ...all.filter((_, index) => settingsFlag.test(all[index - 1] ?? ""))];
  // Of a file that cannot be read Maven says so itself.
  const texts = await Promise.all(
    paths.map(async (path) => (path === undefined ? undefined : await readIfExists(path).catch(() => undefined))),
  );
  return texts.filter((text) => text !== undefined);
}

async function globalSettings(): Promise<string | undefined> {
  const program = await findProgram("mvn");
  return program === undefined ? undefined : join(dirname(await realpath(program)), "..", "conf", "settings.xml");
}

/** Java takes the home folder from the table of users, not from HOME. */
function userSettings(): string | undefined {
  try {
    return join(userInfo().homedir, ".m2", "settings.xml");
  } catch {
    // This user is not in the table.
    return undefined;
  }
}
