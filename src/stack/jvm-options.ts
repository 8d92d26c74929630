/** Options of the JVMs that streamctl starts, whichever machine and whichever runtime they run on. */

import { type Environment, ignoredSettings } from "../core/environment.ts";
import type { ServiceProcess } from "./service.ts";
import type { Log } from "../core/log.ts";

/**
 * Language, zone and encodings, which a JVM otherwise takes from its surroundings: Kafka does not start in Turkish, where "classic" in
 * capitals is another word, and some SQL functions read texts as times of the server's zone.
 */
export const localeOptions: readonly string[] = [
  "-Duser.language=en",
  "-Duser.country=US",
  "-Duser.timezone=UTC",
  "-Dfile.encoding=UTF-8",
  // Of standard output and standard error: Java 17 reads the first two names, Java 19 and later the others.
  "-Dsun.stdout.encoding=UTF-8",
  "-Dsun.stderr.encoding=UTF-8",
  "-Dstdout.encoding=UTF-8",
  "-Dstderr.encoding=UTF-8",
];

/**
 * What libraries unpack and load (snappy-java, zstd-jni, lz4-java, Netty, RocksDB) lies in the service's data folder: /tmp does not allow
 * execution on every machine, and in no container here.
 */
const temporaryFolder = "-Djava.io.tmpdir={{dataDir}}/tmp";

/** What the JVM of a service gets in any runtime: that, and then what the service's definition says. */
export function jvmOptionsOf({ jvmOptions }: { readonly jvmOptions: readonly string[] }): readonly string[] {
  return [...localeOptions, temporaryFolder, ...jvmOptions];
}

/** Names the caller's settings that no engine gets, so that nobody wonders why they have no effect. */
export function nameUnpassedSettings(environment: Environment, processes: readonly ServiceProcess[], log: Log): void {
  const prefixes = processes.flatMap((process) => (process.kind === "jvm" ? process.scriptPrefixes : []));
  const names = ignoredSettings(environment, prefixes);
  if (names.length > 0) log.info(`${names.join(", ")} ${names.length === 1 ? "is" : "are"} set and not passed to the engines`);
}
