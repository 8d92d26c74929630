import { expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../src/core/process.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** `dockerfiles/start` with local folders in place of /data and /engine, and a FAKE `java` that prints its arguments. */
async function fakeStart() {
  const folder = await temporaryFolder();
  const [data, engine] = [join(folder, "data"), join(folder, "engine")];
  for (const path of [join(folder, "bin"), data, engine]) await mkdir(path);
  const java = join(folder, "bin", "java");
  await writeFile(
    java,
    `#!/bin/sh\necho "$# $@ \${JAVA_TOOL_OPTIONS-unset} \${_JAVA_OPTIONS-unset} \${JDK_JAVA_OPTIONS-unset} $LC_ALL"; ls ${data}\n`,
  );
  await chmod(java, 0o755);
  const script = (await readFile("dockerfiles/start", "utf8")).replaceAll("/data", data).replaceAll("/engine", engine);
  const env = {
    PATH: `${join(folder, "bin")}:/usr/bin:/bin`,
    JAVA_TOOL_OPTIONS: "-agentlib:x",
    _JAVA_OPTIONS: "-Xmx1m",
    JDK_JAVA_OPTIONS: "@x",
  };
  const start = async (prepare: Readonly<Record<string, string>> = {}) =>
    (await runCommand({ program: "sh", args: ["-c", script, "start", "Main", "run"], env: { ...env, ...prepare } })).output;
  return { data, engine, java, start };
}

test("dockerfiles/start gives the engine an empty temporary folder, and no options of the base image", async () => {
  const { data, start } = await fakeStart();
  expect(await start()).toBe("2 Main run unset unset unset C.UTF-8\ntmp");
  await writeFile(join(data, "tmp", "libsnappyjava.so"), "");
  await start();
  expect(await readdir(join(data, "tmp"))).toEqual([]);
});

test("dockerfiles/start runs the preparation once, with that folder, and without files of an interrupted preparation", async () => {
  const { data, start } = await fakeStart();
  await writeFile(join(data, "half"), "");
  expect(await start({ PREPARE: "Format\n-t" })).toBe(
    "2 Format -t unset unset unset C.UTF-8\ntmp\n2 Main run unset unset unset C.UTF-8\nprepared\ntmp",
  );
  expect(await start({ PREPARE: "Format\n-t" })).toBe("2 Main run unset unset unset C.UTF-8\nprepared\ntmp");
});

test("dockerfiles/start passes the preparation its arguments unchanged", async () => {
  const { start } = await fakeStart();
  expect(await start({ PREPARE: "Format\n/a b/*\n$HOME" })).toStartWith("3 Format /a b/* $HOME unset");
});

test("dockerfiles/start passes a class-data archive of the image to the JVM, with the class path in the order for which it was made", async () => {
  const { engine, java, start } = await fakeStart();
  await writeFile(java, '#!/bin/sh\necho "$CLASSPATH $@"\n');
  for (const folder of ["lib", "archives"]) await mkdir(join(engine, folder));
  for (const jar of ["b.jar", "a.jar"]) await writeFile(join(engine, "lib", jar), "");
  await writeFile(join(engine, "archives", "kafka.jsa"), "");
  expect(await start({ ARCHIVE: "kafka", CLASSPATH: "/lib/*" })).toBe(
    `${engine}/lib/a.jar:${engine}/lib/b.jar -XX:SharedArchiveFile=${engine}/archives/kafka.jsa -Xshare:auto -Xlog:cds*=off Main run`,
  );
  expect(await start({ ARCHIVE: "pinot", CLASSPATH: "/lib/*" })).toBe("/lib/* Main run");
});

/** `dockerfiles/start-python` with a local folder in place of /data, and a FAKE `python` that prints its arguments and the folder. */
async function fakePythonStart() {
  const folder = await temporaryFolder();
  const [data, conf] = [join(folder, "data"), join(folder, "conf")];
  for (const path of [join(folder, "bin"), data, conf]) await mkdir(path);
  const python = join(folder, "bin", "python");
  await writeFile(python, `#!/bin/sh\nif [ "$1" = -c ]; then echo random; else echo "$# $@"; ls -x ${data}; fi\n`);
  await chmod(python, 0o755);
  const script = (await readFile("dockerfiles/start-python", "utf8")).replaceAll("/data", data).replaceAll("/engine/conf", conf);
  const env = { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, PREPARE: "prepare.py\n/a b", SECRETS: "password key" };
  const start = async () => (await runCommand({ program: "sh", args: ["-c", script, "start", "-m", "server"], env })).output;
  return { data, conf, start };
}

test("dockerfiles/start-python creates the secrets, and prepares the data when configuration or secrets have changed", async () => {
  const { data, conf, start } = await fakePythonStart();
  const prepared = "2 prepare.py /a b\n";
  await writeFile(join(data, "half"), "");
  expect(await start()).toBe(`${prepared}secrets  tmp\n2 -m server\nprepared  secrets  tmp`);
  expect((await stat(join(data, "secrets/password"))).mode & 0o777).toBe(0o600);
  expect(await start()).toBe("2 -m server\nprepared  secrets  tmp");
  await writeFile(join(conf, "config.py"), "changed");
  await writeFile(join(data, "kept"), "");
  expect(await start()).toStartWith(`${prepared}kept`);
  await writeFile(join(data, "secrets/password"), "chosen by the user");
  expect(await start()).toStartWith(prepared);
  expect(await start()).toStartWith("2 -m server");
  expect(await readFile(join(data, "secrets/password"), "utf8")).toBe("chosen by the user");
});
