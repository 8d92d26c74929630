/** `doctor`: what this machine has and lacks, and what to type about it. Changes nothing. */

import { access, constants, statfs } from "node:fs/promises";
import { availableParallelism, freemem } from "node:os";
import { dirname, resolve } from "node:path";
import { openDeclarations } from "../core/assets.ts";
import { hasCode, messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { portOwner } from "../core/port-owner.ts";
import { findProgram } from "../core/process.ts";
import { loadAddon } from "../kafka/addon.ts";
import { findEngine } from "../stack/docker/engine.ts";
import { isResolved } from "../stack/local/engines.ts";
import { cacheFolder } from "../core/cache-folder.ts";
import { requiredJava, requireJava } from "../stack/local/java.ts";
import { requireKsqldb } from "../stack/ksqldb-home.ts";
import { readRunState, type RunState } from "../stack/run-state.ts";
import { desiredServices } from "../stack/services/catalog.ts";
import { waysToKsqldb } from "./choices.ts";
import type { PipelineContext } from "./context.ts";

export interface Finding {
  readonly subject: string;
  /** `lacks`: `up` cannot work; `warns`: it may. */
  readonly verdict: "fine" | "warns" | "lacks";
  readonly found: string;
  /** What to type; only where something is not fine. */
  readonly advice?: string;
}

/** Memory that the local stack needs, with room for the query and the data commands, in bytes. */
const neededMemoryBytes = 2e9;

/** Room for the cache, Maven's repository and some data, in bytes. */
const neededDiskBytes = 2e9;

export async function doctor(portOffset: number | undefined, { folder, signal }: PipelineContext): Promise<readonly Finding[]> {
  const state = await readRunState(folder);
  const offset = portOffset ?? state?.choices.portOffset ?? 0;
  const missing = await missingEngines();
  const running = (state?.services.length ?? 0) > 0;
  return [
    await javaFinding(signal),
    await mavenFinding(missing),
    await containerFinding(signal),
    addonFinding(),
    await cacheFinding(missing),
    await diskFinding(),
    memoryFinding(),
    await ksqldbFinding(state),
    { subject: "processors", verdict: "fine", found: `${availableParallelism()}` },
    running
      ? { subject: "ports", verdict: "fine", found: "held by the stack of this folder, or not looked at while it is up" }
      : await portsFinding(state, offset),
    {
      subject: "network",
      verdict: "warns",
      found: "Pinot's query port (8098 + offset) listens on every address, whatever its configuration says",
      advice: "Close that port in the firewall where this machine is reachable by others",
    },
  ];
}

async function javaFinding(signal: AbortSignal): Promise<Finding> {
  try {
    const version = await requireJava(signal);
    if (await findProgram("javac")) return { subject: "java", verdict: "fine", found: `version ${version}, with its compiler` };
    const advice = `Install the JDK, not only the runtime (Debian: apt-get install openjdk-${requiredJava}-jdk-headless)`;
    return { subject: "java", verdict: "lacks", found: `version ${version}, without javac on the PATH`, advice };
  } catch (error) {
    const advice = error instanceof StreamctlError ? error.hint : undefined;
    return { subject: "java", verdict: "lacks", found: messageOf(error), ...(advice ? { advice } : {}) };
  }
}

async function mavenFinding(missing: readonly string[]): Promise<Finding> {
  const path = await findProgram("mvn");
  if (path) return { subject: "maven", verdict: "fine", found: path };
  if (missing.length === 0) return { subject: "maven", verdict: "fine", found: "not on the PATH, and not needed: the engines are there" };
  return { subject: "maven", verdict: "lacks", found: "not on the PATH", advice: "Install Maven (Debian: apt-get install maven)" };
}

/** Engines that the cache lacks. */
async function missingEngines(): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const name of ["kafka", "pinot", "flink"] as const)
    if (!(await isResolved({ cacheDir: cacheFolder(), declarations: openDeclarations() }, name))) missing.push(name);
  return missing;
}

async function containerFinding(signal: AbortSignal): Promise<Finding> {
  const subject = "containers";
  try {
    const { name } = await findEngine(signal);
    return { subject, verdict: "fine", found: `${name} answers: up --runtime docker can be had` };
  } catch (error) {
    if (hasCode(error, "prerequisite")) return { subject, verdict: "fine", found: "no engine answers; only up --runtime docker needs one" };
    throw error;
  }
}

function addonFinding(): Finding {
  try {
    return { subject: "librdkafka", verdict: "fine", found: loadAddon().librdkafkaVersion };
  } catch (error) {
    const advice = error instanceof StreamctlError ? error.hint : undefined;
    return { subject: "librdkafka", verdict: "lacks", found: messageOf(error), ...(advice ? { advice } : {}) };
  }
}

async function cacheFinding(missing: readonly string[]): Promise<Finding> {
  const cacheDir = cacheFolder();
  if (missing.length === 0) return { subject: "engines", verdict: "fine", found: `all in ${cacheDir}` };
  const found = `${missing.join(", ")} will be fetched by Maven at the first up, into ${cacheDir}`;
  if (await isWritable(cacheDir)) return { subject: "engines", verdict: "fine", found };
  const advice = "Make that folder writable, or point XDG_CACHE_HOME at one that is";
  return { subject: "engines", verdict: "lacks", found: `${found}, which is not writable`, advice };
}

/** Whether a folder can be written to, or made. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    return systemCode(error) === "ENOENT" && dirname(folder) !== folder && (await isWritable(dirname(folder)));
  }
}

async function diskFinding(): Promise<Finding> {
  const free = await freeBytes(cacheFolder());
  const found = `${(free / 1e9).toFixed(1)} GB free beside the cache`;
  if (free >= neededDiskBytes) return { subject: "disk", verdict: "fine", found };
  return { subject: "disk", verdict: "warns", found, advice: "Free some room, or point XDG_CACHE_HOME at a larger disk" };
}

function memoryFinding(): Finding {
  const free = freemem();
  const found = `${(free / 1e9).toFixed(1)} GB available`;
  if (free >= neededMemoryBytes) return { subject: "memory", verdict: "fine", found };
  return { subject: "memory", verdict: "warns", found, advice: "The stack needs about 1.5 GB: end something, or start a part with --only" };
}

/** Where ksqlDB would come from at the next `up`. */
async function ksqldbFinding(state: RunState | undefined): Promise<Finding> {
  const subject = "ksqldb";
  const environment = process.env["STREAMCTL_KSQLDB_HOME"];
  const source = state?.choices.ksqldb ?? (environment ? { home: resolve(environment) } : undefined);
  if (source === undefined) return { subject, verdict: "fine", found: `none was given: the processor is Flink. ${waysToKsqldb}` };
  if ("url" in source) return { subject, verdict: "fine", found: `the server at ${source.url}, which is not ours` };
  if ("image" in source) return { subject, verdict: "fine", found: "an image of its own, in containers" };
  try {
    await requireKsqldb(source.home);
    return { subject, verdict: "fine", found: `installed in ${source.home}` };
  } catch (error) {
    const advice = error instanceof StreamctlError ? error.hint : undefined;
    return { subject, verdict: "lacks", found: messageOf(error), ...(advice ? { advice } : {}) };
  }
}

async function portsFinding(state: RunState | undefined, offset: number): Promise<Finding> {
  const taken: string[] = [];
  const processor = state?.choices.processor ?? (process.env["STREAMCTL_KSQLDB_HOME"] ? "ksqldb" : "flink");
  const ports = desiredServices({ portOffset: offset, processor }).flatMap((service) => service.ports.map(({ port }) => port));
  for (const port of ports) {
    const owner = await portOwner(port);
    if (owner) taken.push(`${port} by process ${owner.pid} (${owner.name})`);
  }
  if (taken.length === 0) return { subject: "ports", verdict: "fine", found: `all free at offset ${offset}` };
  return {
    subject: "ports",
    verdict: "lacks",
    found: `taken: ${taken.join(", ")}`,
    advice: "Choose other ports: streamctl up --port-offset 1000",
  };
}

/** Free bytes of the disk on which a folder lies or would lie. */
async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "") || dirname(path) === path) throw error;
    return await freeBytes(dirname(path));
  }
}
