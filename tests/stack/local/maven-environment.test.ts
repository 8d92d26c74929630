import { describe, expect, test } from "bun:test";
import { localeOptions } from "../../../src/stack/jvm-options.ts";
import { mavenCall, repositoryForUnknownUser } from "../../../src/stack/local/maven-environment.ts";

const ownOptions = [...localeOptions, "-Djava.io.tmpdir=/draft"].join(" ");

test("repositoryForUnknownUser() gives a user without a home a repository in the cache, unless another one is set", async () => {
  const call = mavenCall({}, [], "/draft");
  expect(await repositoryForUnknownUser("/cache", call, async () => false)).toEqual([]);
  expect(await repositoryForUnknownUser("/cache", call, async () => true)).toEqual(["-Dmaven.repo.local=/cache/maven"]);
  expect(
    await repositoryForUnknownUser("/cache", mavenCall({ MAVEN_OPTS: "-Dmaven.repo.local=/big/m2" }, [], "/draft"), async () => true),
  ).toEqual([]);
});

describe("mavenCall()", () => {
  test("gives Maven's JVM a fixed language, a temporary folder and no mavenrc", () => {
    expect(mavenCall({ PATH: "/bin" }, [], "/draft")).toEqual({
      args: [],
      env: { MAVEN_OPTS: ownOptions, MAVEN_SKIP_RC: "true" },
      filtered: [],
    });
  });

  test("leaves out a temporary folder whose path Maven's script would split or expand", () => {
    for (const folder of ["/home/a b", "/c*", "/c?", "/c[1]"]) {
      expect(mavenCall({}, [], folder).env["MAVEN_OPTS"]).toBe(localeOptions.join(" "));
    }
  });

  test("passes the settings for repository access from all variables, and reports those that were filtered", () => {
    const environment = {
      JAVA_TOOL_OPTIONS:
        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=5005 -Dhttps.proxyHost=proxy -Dhttps.proxyPort=3128",
      MAVEN_OPTS: "-Djavax.net.ssl.trustStore=/etc/ssl/java/cacerts  -Dmaven.repo.local=/big/m2",
      JDK_JAVA_OPTIONS: "@options -Dcom.sun.management.jmxremote.port=9010",
      _JAVA_OPTIONS: "-Dhttps.proxyPort=3129",
      MAVEN_ARGS: "-X --settings /etc/company.xml -f other.pom -Daether.connector.basic.threads=1 clean",
    };
    const { args, env, filtered } = mavenCall(environment, [], "/draft");
    expect(env["MAVEN_OPTS"]).toBe(
      `${ownOptions} -Dhttps.proxyHost=proxy -Dhttps.proxyPort=3128 -Djavax.net.ssl.trustStore=/etc/ssl/java/cacerts ` +
        "-Dmaven.repo.local=/big/m2 -Dhttps.proxyPort=3129",
    );
    expect(args).toEqual(["--settings", "/etc/company.xml", "-Daether.connector.basic.threads=1"]);
    expect(filtered).toEqual(["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_ARGS"]);
  });

  test("passes the variables that a settings file uses", () => {
    const settings = "<password>${env.REPOSITORY_TOKEN}</password><url>${env.NOT_SET}</url><x>${env.MAVEN_OPTS}</x>";
    const environment = { REPOSITORY_TOKEN: "secret", OTHER: "x", MAVEN_OPTS: "-Xmx1m" };
    expect(mavenCall(environment, [settings], "/draft").env).toEqual({
      REPOSITORY_TOKEN: "secret",
      MAVEN_OPTS: ownOptions,
      MAVEN_SKIP_RC: "true",
    });
  });
});
