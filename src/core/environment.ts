/**
 * The environment variables that the programs started by streamctl inherit, as an allow list. The JVM, Maven and each engine read dozens of
 * variables that may be set for other Java programs of the user. With them an engine might wait for a debugger, listen on a port that is in
 * use, or load the configuration of another program.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Paths of programs and of the user's files, and the proxy settings that a wrapper of `mvn` or `java` may need. */
const inherited =
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|JAVA_HOME|XDG_(?:CACHE|CONFIG|DATA|STATE)_HOME|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY)$/u;

/** Version managers put a shim named `java` on the PATH; their variables decide which JDK the shim runs. */
const inheritedByShims = /^(?:ASDF|JENV|MISE|SDKMAN)_\w+$/u;

/**
 * The allowed variables, and one locale for all programs: streamctl parses their output, and a JVM takes the encoding of file names from
 * the locale alone.
 */
export function inheritedEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const allowed = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && (inherited.test(entry[0]) || inheritedByShims.test(entry[0])),
  );
  return { ...Object.fromEntries(allowed), LC_ALL: "C.UTF-8" };
}

/** Variables that set options of JVMs and of the dynamic linker. */
const settings =
  /^(?:JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS|CLASSPATH|LD_PRELOAD|LD_LIBRARY_PATH|MALLOC_\w+|LOG4J_\w+)$/u;

/** The end of a variable that sets options of an engine's start scripts, behind the engine's own prefix. */
const scriptSetting = /^_\w*(?:OPTS|OPTIONS|FLAGS|ARGS|DIR|HOME)$/u;

/**
 * Names of such variables that are set; the programs that streamctl starts do not get them.
 *
 * @param prefixes of the variables of the engines' start scripts, such as `KAFKA`
 */
export function ignoredSettings(environment: Environment, prefixes: readonly string[] = []): readonly string[] {
  const names = Object.entries(environment).flatMap(([name, value]) => (value !== undefined && value !== "" ? [name] : []));
  const isScriptSetting = (name: string): boolean =>
    prefixes.some((prefix) => name.startsWith(prefix) && scriptSetting.test(name.slice(prefix.length)));
  return names.filter((name) => settings.test(name) || isScriptSetting(name)).toSorted();
}
