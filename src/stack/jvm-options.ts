/** Options of all JVMs that streamctl starts, in every runtime. */

import { type Environment, ignoredSettings } from "../core/environment.ts";
import type { JvmProcess, ServiceProcess } from "./service.ts";
import type { Log } from "../core/log.ts";

/**
 * Language, time zone and encodings, which a JVM otherwise takes from its environment. Kafka does not start with a Turkish locale, in which
 * "classic" has other capital letters, and some SQL functions interpret texts as times in the server's zone.
 */
export const localeOptions: readonly string[] = [
  "-Duser.language=en",
  "-Duser.country=US",
  "-Duser.timezone=UTC",
  "-Dfile.encoding=UTF-8",
  // Encoding of standard output and standard error: Java 17 reads the first two names, Java 19 and later the others.
  "-Dsun.stdout.encoding=UTF-8",
  "-Dsun.stderr.encoding=UTF-8",
  "-Dstdout.encoding=UTF-8",
  "-Dstderr.encoding=UTF-8",
];

/**
 * Libraries (snappy-java, zstd-jni, lz4-java, Netty, RocksDB) unpack native code here and load it. It is in the service's data folder
 * because /tmp is mounted with noexec on some machines and in the containers of streamctl.
 */
const temporaryFolder = "-Djava.io.tmpdir={{dataDir}}/tmp";

/** Options of a service's JVM in any runtime: the common ones, then those of its definition. */
export function jvmOptionsOf({ jvmOptions }: { readonly jvmOptions: readonly string[] }): readonly string[] {
  return [...localeOptions, temporaryFolder, ...jvmOptions];
}

/** Arguments of `java` for a service, or for the program that prepares its data: options, main class, arguments. Not rendered. */
export function javaArguments(program: JvmProcess, run: Pick<JvmProcess, "mainClass" | "args"> = program): readonly string[] {
  return [...jvmOptionsOf(program), run.mainClass, ...run.args];
}

/** Logs the caller's settings that are not passed to the engines, because users may expect them to have an effect. */
export function logIgnoredSettings(environment: Environment, processes: readonly ServiceProcess[], log: Log): void {
  const prefixes = processes.flatMap((process) => (process.kind === "jvm" ? process.scriptPrefixes : []));
  const names = ignoredSettings(environment, prefixes);
  if (names.length > 0) log.info(`${names.join(", ")} ${names.length === 1 ? "is" : "are"} set but not passed to the engines`);
}
