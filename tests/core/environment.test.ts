import { describe, expect, test } from "bun:test";
import { inheritedEnvironment, ignoredSettings } from "../../src/core/environment.ts";

describe("inheritedEnvironment()", () => {
  test("passes paths of programs and files, and nothing that a JVM, Maven or an engine reads as a setting", () => {
    const passing = {
      PATH: "/usr/bin",
      HOME: "/home/a",
      USER: "a",
      TMPDIR: "/var/tmp",
      JAVA_HOME: "/opt/java",
      https_proxy: "http://proxy:3128",
      NO_PROXY: "127.0.0.1",
      JENV_VERSION: "17",
    };
    const others = [
      "JAVA_TOOL_OPTIONS",
      "_JAVA_OPTIONS",
      "JDK_JAVA_OPTIONS",
      "JDK_JAVAC_OPTIONS",
      "CLASSPATH",
      "MAVEN_OPTS",
      "MAVEN_ARGS",
      "MAVEN_BASEDIR",
      "M2_HOME",
      "KAFKA_OPTS",
      "FLINK_PLUGINS_DIR",
      "HADOOP_CONF_DIR",
      "PINOT_SERVER_INSTANCE_DATADIR",
      "LOG4J_CONFIGURATION_FILE",
      "ROCKSDB_SHAREDLIB_DIR",
      "LD_PRELOAD",
      "MALLOC_ARENA_MAX",
      "GLIBC_TUNABLES",
      "LANG",
      "LC_CTYPE",
      "TZ",
      "BUN_OPTIONS",
      "NODE_OPTIONS",
    ];
    const environment = {
      ...passing,
      ...Object.fromEntries(others.map((name) => [name, "x"])),
      LC_ALL: "tr_TR.UTF-8",
      USERNAME: undefined,
    };
    expect(inheritedEnvironment(environment)).toEqual({ ...passing, LC_ALL: "C.UTF-8" });
  });
});

describe("ignoredSettings()", () => {
  test("names the variables that set options of JVMs, the linker and start scripts, and no others", () => {
    const set = {
      PATH: "/bin",
      KAFKA_USER: "a",
      FLINK_CONF_DIR: "/etc/flink",
      JAVA_TOOL_OPTIONS: "-Xmx1m",
      CLASSPATH: "",
      _JAVA_OPTIONS: undefined,
    };
    expect(ignoredSettings(set, ["FLINK"])).toEqual(["FLINK_CONF_DIR", "JAVA_TOOL_OPTIONS"]);
    expect(ignoredSettings(set)).toEqual(["JAVA_TOOL_OPTIONS"]);
    expect(ignoredSettings({ PATH: "/bin", MAVEN_OPTS: "-Xmx1g" })).toEqual([]);
  });
});
