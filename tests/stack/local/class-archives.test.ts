import { expect, test } from "bun:test";
import { chmod, copyFile, mkdir, readdir, realpath, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLog } from "../../../src/core/log.ts";
import { archiveOptions, archivesFolder, type ArchivedProgram, findArchive, markUsed } from "../../../src/stack/local/class-archives.ts";
import { archivable, type ArchiveJob, makeArchives } from "../../../src/stack/local/make-archives.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** A FAKE JVM: `java -Xshare:dump` copies the list of classes into the archive and appends a line to `runs`; exits with `exitCode`. */
async function fakeJava(exitCode = 0): Promise<{ readonly java: string; readonly runs: string; readonly library: string }> {
  const home = await realpath(await temporaryFolder());
  const library = join(home, "lib");
  const [java, runs] = [join(home, "bin", "java"), join(home, "runs")];
  await mkdir(join(home, "bin"));
  await mkdir(join(library, "server"), { recursive: true });
  for (const file of ["server/libjvm.so", "server/classes.jsa", "modules"]) await writeFile(join(library, file), file);
  const script = `#!/bin/sh
echo "$@" >> ${runs}
for word; do
  case "$word" in
    -XX:SharedClassListFile=*) list="\${word#*=}" ;;
    -XX:SharedArchiveFile=*) archive="\${word#*=}" ;;
  esac
done
cp "$list" "$archive"
exit ${exitCode}
`;
  await writeFile(java, script);
  await chmod(java, 0o755);
  return { java, runs, library };
}

async function fakeProgram(java: string): Promise<ArchivedProgram & { readonly jar: string }> {
  const lib = join(await temporaryFolder(), "lib");
  await mkdir(lib);
  const jar = join(lib, "engine.jar");
  await writeFile(jar, "classes");
  return { cacheDir: await temporaryFolder(), name: "kafka", java, classPath: join(lib, "*"), jvmOptions: ["-Xmx512m"], jar };
}

async function pathFor(program: ArchivedProgram): Promise<string | undefined> {
  return (await findArchive(program))?.path;
}

test("findArchive() names another archive when the JVM, its options, or a jar changes", async () => {
  const { java, library } = await fakeJava();
  const program = await fakeProgram(java);
  const paths = [
    await pathFor(program),
    await pathFor({ ...program, jvmOptions: ["-Xmx1g"] }),
    await pathFor({ ...program, name: "pinot" }),
  ];
  expect(await pathFor({ ...program })).toBe(paths[0]);
  await writeFile(join(library, "server/libjvm.so"), "another version");
  paths.push(await pathFor(program));
  await writeFile(program.jar, "other classes");
  paths.push(await pathFor(program));
  await utimes(program.jar, 1, 1);
  paths.push(await pathFor(program));
  await copyFile(program.jar, join(program.jar, "../other.jar"));
  paths.push(await pathFor(program));
  expect(paths).not.toContain(undefined);
  expect(new Set(paths).size).toBe(paths.length);
});

test("findArchive() finds none for a JVM without class-data sharing, a wrapper of java, or a folder of classes on the class path", async () => {
  const { java } = await fakeJava();
  const program = await fakeProgram(java);
  expect(await findArchive({ ...program, classPath: `/classes:${program.classPath}` })).toBeUndefined();
  expect(await findArchive({ ...program, java: program.jar })).toBeUndefined();
  expect(await findArchive({ ...program, java: "/nowhere/bin/java" })).toBeUndefined();
});

test("archiveOptions() uses an archive silently, lists the classes as long as there is none, and does nothing where there can be none", () => {
  expect(archiveOptions({ path: "/cache/kafka.jsa", exists: true }, "/data/classes.lst")).toEqual([
    "-XX:SharedArchiveFile=/cache/kafka.jsa",
    "-Xshare:auto",
    "-Xlog:cds*=off",
  ]);
  expect(archiveOptions({ path: "/cache/kafka.jsa", exists: false }, "/data/classes.lst")).toEqual([
    "-XX:DumpLoadedClassList=/data/classes.lst",
  ]);
  expect(archiveOptions(undefined, "/data/classes.lst")).toEqual([]);
});

async function jobFor(program: ArchivedProgram, list = "java/lang/Object id: 0\nFirst\n"): Promise<ArchiveJob> {
  const classList = join(await temporaryFolder(), "classes.lst");
  await writeFile(classList, list);
  const path = (await pathFor(program)) ?? "";
  return {
    name: program.name,
    path,
    java: program.java,
    classPath: program.classPath,
    classList,
    mark: "streamctl.service=1/kafka/archive/dump",
  };
}

const context = { log: silentLog, signal: new AbortController().signal };

test("makeArchives() makes an archive once, from whole lines of the list, also when two processes make it at once", async () => {
  const { java, runs } = await fakeJava();
  const program = await fakeProgram(java);
  const job = await jobFor(program, "java/lang/Object id: 0\nFirst\nSec");
  await Promise.all([makeArchives([job], context), makeArchives([job], context)]);
  expect(await findArchive(program)).toEqual({ path: job.path, exists: true });
  expect(await Bun.file(job.path).text()).toBe("java/lang/Object id: 0\nFirst\n");
  expect((await Bun.file(runs).text()).trim().split("\n")).toHaveLength(1);
  expect(await Bun.file(runs).text()).toContain(`-Xshare:dump`);
  expect(await readdir(archivesFolder(program.cacheDir))).toEqual([job.path.split("/").at(-1) ?? ""]);
});

test("makeArchives() leaves nothing where the JVM fails or the list is gone, and removes what killed processes left", async () => {
  const { java } = await fakeJava(1);
  const program = await fakeProgram(java);
  const job = await jobFor(program);
  await mkdir(archivesFolder(program.cacheDir));
  await writeFile(join(archivesFolder(program.cacheDir), ".draft-pinot.lst"), "");
  await writeFile(join(archivesFolder(program.cacheDir), "other-0123456789ab.jsa"), "");
  await makeArchives([job, { ...job, classList: "/nowhere" }], context);
  expect(await readdir(archivesFolder(program.cacheDir))).toEqual(["other-0123456789ab.jsa"]);
});

test("makeArchives() keeps the two most recently used archives of a service", async () => {
  const { java } = await fakeJava();
  const program = await fakeProgram(java);
  const folder = archivesFolder(program.cacheDir);
  await mkdir(folder);
  const [old, older, ofOther] = ["kafka-000000000001.jsa", "kafka-000000000002.jsa", "kafka-tool-000000000003.jsa"];
  for (const name of [old, older, ofOther]) {
    await writeFile(join(folder, name), "");
    await utimes(join(folder, name), 1000, 1000);
  }
  await markUsed({ path: join(folder, old), exists: true });
  expect((await stat(join(folder, old))).mtimeMs).toBeGreaterThan(1e12);
  const job = await jobFor(program);
  await makeArchives([job], context);
  const kept = [old, ofOther, job.path.split("/").at(-1) ?? ""];
  expect((await readdir(folder)).toSorted()).toEqual(kept.toSorted());
});

test("archivable() drops a line that is not complete", () => {
  expect(archivable("one\ntwo\nthr")).toBe("one\ntwo\n");
  expect(archivable("")).toBe("");
});
