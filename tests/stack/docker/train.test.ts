import { expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../src/core/process.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/**
 * A FAKE `java`: as a service it lists a class and half of another, and runs until it is killed; for `-Xshare:dump` it writes what it was given,
 * and fails for the service `broken`.
 */
const fakeJava = `#!/bin/bash
case $1 in
  -Xshare:dump)
    list=\${2#*=} archive=\${3#*=}
    [[ $archive != */broken.jsa ]] || exit 1
    { echo "$CLASSPATH"; cat "$list"; } > "$archive" ;;
  *)
    [[ \${JDK_JAVA_OPTIONS:-} =~ DumpLoadedClassList=([^ ]*) ]] || exit 0
    printf 'java/lang/Object id: 0\\n%s' "$*" > "\${BASH_REMATCH[1]}"
    exec sleep 60 ;;
esac
`;

/** `dockerfiles/train` with local folders in place of /data and /engine, and one second in place of five. */
async function train(training: string) {
  const folder = await temporaryFolder();
  const [data, engine, bin] = [join(folder, "data"), join(folder, "engine"), join(folder, "bin")];
  for (const path of [data, join(engine, "lib"), bin]) await mkdir(path, { recursive: true });
  for (const jar of ["b.jar", "a.jar"]) await writeFile(join(engine, "lib", jar), "");
  await writeFile(join(bin, "java"), fakeJava);
  await chmod(join(bin, "java"), 0o755);
  const script = (await readFile("dockerfiles/train", "utf8"))
    .replaceAll("/data", data)
    .replaceAll("/engine", engine)
    .replaceAll("/tmp/hsperfdata_*", join(folder, "hsperfdata"))
    .replace('"$quiet" -lt 5', '"$quiet" -lt 1');
  const env = { PATH: `${bin}:/usr/bin:/bin`, TRAINING: training, HOSTNAME: "build" };
  const { exitCode, output } = await runCommand({ program: "bash", args: ["-c", script, "train"], env });
  const archives = join(engine, "archives");
  const made = await Promise.all(
    (await readdir(archives)).toSorted().map(async (name) => [name, await readFile(join(archives, name), "utf8")]),
  );
  return { exitCode, output, made, left: await readdir(data), jars: `${engine}/lib/a.jar:${engine}/lib/b.jar` };
}

test("dockerfiles/train archives the classes of each service, without the one that was being listed, and leaves no data", async () => {
  const { exitCode, output, made, left, jars } = await train(
    ["kafka prepare VARIABLE=1 java Format", "kafka run VARIABLE=1 java Kafka", "pinot run java Pinot"].join("\n"),
  );
  expect(made).toEqual([
    ["kafka.jsa", `${jars}\njava/lang/Object id: 0\n`],
    ["pinot.jsa", `${jars}\njava/lang/Object id: 0\n`],
  ]);
  expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] });
  expect(output).toContain("kafka: 1 classes archived");
});

test("dockerfiles/train does not fail the build of a service whose classes cannot be archived, and says so", async () => {
  const { exitCode, output, made } = await train("broken run java Broken\nkafka run java Kafka");
  expect(made.map(([name]) => name)).toEqual(["kafka.jsa"]);
  expect(output).toContain("broken: no class-data archive");
  expect(exitCode).toBe(0);
});
