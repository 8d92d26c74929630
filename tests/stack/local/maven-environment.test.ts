import { describe, expect, test } from "bun:test";
import { localeOptions } from "../../../src/stack/jvm-options.ts";
import { mavenCall, repositoryOfStranger } from "../../../src/stack/local/maven-environment.ts";

const ownOptions = [...localeOptions, "-Djava.io.tmpdir=/draft"].join(" ");

test("repositoryOfStranger() gives a user without a home a repository in the cache, unless another one is named", async () => {
  const call = mavenCall({}, [], "/draft");
  expect(await repositoryOfStranger("/cache", call, async () => false)).toEqual([]);
  expect(await repositoryOfStranger("/cache", call, async () => true)).toEqual(["-Dmaven.repo.local=/cache/maven"]);
  expect(
    await repositoryOfStranger("/cache", mavenCall({ MAVEN_OPTS: "-Dmaven.repo.local=/big/m2" }, [], "/draft"), async () => true),
  ).toEqual([]);
});

describe("mavenCall()", () => {
  test("gives Maven's JVM one language, a folder for temporary files and no mavenrc", () => {
    expect(mavenCall({ PATH: "/bin" }, [], "/draft")).toEqual({
      args: [],
      env: { MAVEN_OPTS: ownOptions, MAVEN_SKIP_RC: "true" },
      cut: [],
    });
  });

  test("leaves out a folder for temporary files that Maven's script would split or expand", () => {
    for (const folder of ["/home/a b", "/c*", "/c?", "/c[1]"]) {
      expect(mavenCall({}, [], folder).env["MAVEN_OPTS"]).toBe(localeOptions.join(" "));
    }
  });

  test("passes what leads to the repository, wherever it is set, and says of which variables it left something out", () => {
    const environment = {
      JAVA_TOOL_OPTIONS:
        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=5005 -Dhttps.proxyHost=proxy -Dhttps.proxyPort=3128",
      MAVEN_OPTS: "-Djavax.net.ssl.trustStore=/etc/ssl/java/cacerts  -Dmaven.repo.local=/big/m2",
      JDK_JAVA_OPTIONS: "@options -Dcom.sun.management.jmxremote.port=9010",
      _JAVA_OPTIONS: "-Dhttps.proxyPort=3129",
      MAVEN_ARGS: "-X --settings /etc/company.xml -f other.pom -Daether.connector.basic.threads=1 clean",
    };
    const { args, env, cut } = mavenCall(environment, [], "/draft");
    expect(env["MAVEN_OPTS"]).toBe(
      `${ownOptions} -Dhttps.proxyHost=proxy -Dhttps.proxyPort=3128 -Djavax.net.ssl.trustStore=/etc/ssl/java/cacerts ` +
        "-Dmaven.repo.local=/big/m2 -Dhttps.proxyPort=3129",
    );
    expect(args).toEqual(["--settings", "/etc/company.xml", "-Daether.connector.basic.threads=1"]);
    expect(cut).toEqual(["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_ARGS"]);
  });

  test("passes the variables that a settings file names", () => {
    const settings = "<password>${env.REPOSITORY_TOKEN}</password><url>${env.NOT_SET}</url><x>${env.MAVEN_OPTS}</x>";
    const environment = { REPOSITORY_TOKEN: "secret", OTHER: "x", MAVEN_OPTS: "-Xmx1m" };
    expect(mavenCall(environment, [settings], "/draft").env).toEqual({
      REPOSITORY_TOKEN: "secret",
      MAVEN_OPTS: ownOptions,
      MAVEN_SKIP_RC: "true",
    });
  });
});
