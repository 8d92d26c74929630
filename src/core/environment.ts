/**
 * What of the caller's environment reaches the programs that streamctl starts: a list of what passes, not of what does not. The JVM, Maven
 * and each engine read dozens of variables, which are set for the caller's own Java work: an engine would wait for a debugger, listen on
 * a port that another one has, or load another program's configuration.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where programs and the user's files are, and what a wrapper of `mvn` or `java` may need for the network. */
const passes =
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|JAVA_HOME|XDG_(?:CACHE|CONFIG|DATA|STATE)_HOME|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY)$/u;

/** Of the programs that put a `java` on the PATH which is one of several: without their variables it may be another one. */
const passesForShims = /^(?:ASDF|JENV|MISE|SDKMAN)_\w+$/u;

/**
 * The variables that pass, and one language for all: what programs print is read by streamctl, and a JVM takes the encoding of file
 * names from nowhere else.
 */
export function passedEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const passed = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && (passes.test(entry[0]) || passesForShims.test(entry[0])),
  );
  return { ...Object.fromEntries(passed), LC_ALL: "C.UTF-8" };
}

/** Variables by which people give options to JVMs, to the dynamic linker and to the engines' own start scripts. */
const settings =
  /^(?:JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS|CLASSPATH|LD_PRELOAD|LD_LIBRARY_PATH|MALLOC_\w+|LOG4J_\w+|(?:KAFKA|KSQL|FLINK|PINOT|ZK|ZOO|ZOOKEEPER)_\w*(?:OPTS|OPTIONS|FLAGS|ARGS|DIR|HOME))$/u;

/** Names of such variables that are set and do not pass. */
export function unpassedSettings(environment: Environment): readonly string[] {
  const names = Object.entries(environment).flatMap(([name, value]) => (value !== undefined && value !== "" ? [name] : []));
  return names.filter((name) => settings.test(name)).toSorted();
}
