/**
 * What this machine must have for the next `up`: one list of checks, which `doctor` prints and `up` refuses by. Each judges the facts
 * of `machine.ts`; pure.
 */

import { type ErrorCode, StreamctlError } from "../core/errors.ts";
import { unreadableByJava } from "../core/java-path.ts";
import { formatBytes } from "../core/units.ts";
import { noSpace } from "../stack/local/cache.ts";
import { requiredJava } from "../stack/local/java.ts";
import { requirePlainPath } from "../stack/local/runtime.ts";
import { portsTaken } from "../stack/ports.ts";
import { stateFolder } from "../state/state-folder.ts";
import type { Folder, Machine } from "./machine.ts";

export interface Finding {
  readonly subject: string;
  /** `lacks`: `up` refuses; `warns`: it may fail. */
  readonly verdict: "fine" | "warns" | "lacks";
  readonly found: string;
  /** What to type; only where something is not fine. */
  readonly advice?: string;
  /** What `up` ends with; only where something lacks. */
  readonly code?: ErrorCode;
}

interface Check {
  readonly subject: string;
  readonly judge: (machine: Machine) => Judgement;
}

/** What is fine, as a text; what is not, as the error that `up` ends with, or as a warning. */
type Judgement = string | StreamctlError | Warning;

interface Warning {
  readonly found: string;
  readonly advice: string;
}

/** Files that Pinot, which opens the most, has open when it is ready (300), and room for its segments. */
const neededOpenFiles = 512;
const comfortableOpenFiles = 4096;

/** Threads of a whole stack (360), and room for those of this user's other programs. */
const neededProcesses = 512;
const comfortableProcesses = 2048;

/** What Pinot, the largest, reserves; with it a whole stack was seen to start, in bytes. */
const neededAddressSpaceBytes = 4.3e9;

/** The largest segment of Kafka's log, in bytes. */
const neededFileBytes = 2 ** 30;

/** Room for the files that the engines begin with, and to work in, in bytes. */
const neededStateBytes = 100e6;
const comfortableDiskBytes = 2e9;

/** In the order in which `up` looks: what stands first may be why the next one fails. */
function checksOf({ installed }: Machine): readonly Check[] {
  return [
    { subject: "state", judge: judgeStateFolder },
    { subject: "limits", judge: judgeLimits },
    { subject: "java", judge: judgeJava },
    { subject: "maven", judge: judgeMaven },
    { subject: "containers", judge: judgeContainers },
    { subject: "librdkafka", judge: ({ librdkafka }) => librdkafka },
    { subject: "engines", judge: judgeEngines },
    { subject: "disk", judge: judgeDisk },
    ...installed.map(({ subject, found }) => ({ subject, judge: () => found })),
    { subject: "ports", judge: judgePorts },
  ];
}

/** What each check says of a machine. */
export function examine(machine: Machine): readonly Finding[] {
  return checksOf(machine).map(({ subject, judge }) => findingOf(subject, judge(machine)));
}

/** @throws StreamctlError of the first check by which nothing can be started on this machine */
export function requireFit(machine: Machine): void {
  for (const { judge } of checksOf(machine)) refuse(judge(machine));
}

/** @throws StreamctlError where no stack can lie in the folder */
export function requireUsableFolder(folder: Folder): void {
  refuse(judgeFolder(folder));
}

function refuse(judgement: Judgement): void {
  if (judgement instanceof StreamctlError) throw judgement;
}

function findingOf(subject: string, judgement: Judgement): Finding {
  if (typeof judgement === "string") return { subject, verdict: "fine", found: judgement };
  if (!(judgement instanceof StreamctlError)) return { subject, verdict: "warns", ...judgement };
  const { code, message, hint } = judgement;
  return { subject, verdict: "lacks", found: message, ...(hint === undefined ? {} : { advice: hint }), code };
}

function lacks(message: string, hint: string, detail?: string): StreamctlError {
  return new StreamctlError("prerequisite", message, detail === undefined ? { hint } : { hint, detail });
}

function judgeStateFolder({ runtime, stateFolder: folder }: Machine): Judgement {
  const judgement = judgeFolder(folder);
  if (typeof judgement !== "string" || runtime === "docker" || folder.executes) return judgement;
  const found = `${folder.path} allows no execution (noexec): Kafka will refuse records compressed by snappy or zstd`;
  return { found, advice: "Take another folder for them: --state-dir DIR" };
}

function judgeFolder({ path, obstacle }: Folder): Judgement {
  try {
    requirePlainPath(stateFolder(path));
  } catch (error) {
    if (error instanceof StreamctlError) return error;
    throw error;
  }
  if (obstacle === undefined) return path;
  return new StreamctlError("state", `Cannot use state folder "${path}": ${obstacle}`, {
    hint: "Put that right, or choose another folder: --state-dir DIR",
  });
}

function judgeLimits({ runtime, limits: { openFiles, processes, addressSpaceBytes, fileBytes } }: Machine): Judgement {
  if (runtime === "docker") return "those of the container engine count";
  const raise = (option: string, word: string, value: string): string =>
    `Raise the limit: ulimit ${option} ${value} (for a service of systemd: ${word})`;
  const few = `this session may open ${openFiles} files (ulimit -n)`;
  const raiseFiles = raise("-n", "LimitNOFILE", String(comfortableOpenFiles));
  if (openFiles < neededOpenFiles) return lacks(`Cannot start the engines: ${few}, ${neededOpenFiles} are needed`, raiseFiles);
  if (addressSpaceBytes < neededAddressSpaceBytes) {
    const has = `a process may reserve ${formatBytes(addressSpaceBytes, Math.floor)} of addresses (ulimit -v, ulimit -d)`;
    return lacks(
      `Cannot start the engines: ${has}, ${formatBytes(neededAddressSpaceBytes, Math.floor)} are needed`,
      raise("-v", "LimitAS, LimitDATA", "unlimited"),
    );
  }
  if (fileBytes < neededFileBytes) {
    const has = `a file may grow to ${formatBytes(fileBytes, Math.floor)} (ulimit -f)`;
    return lacks(
      `Cannot start the engines: ${has}, ${formatBytes(neededFileBytes, Math.floor)} are needed`,
      raise("-f", "LimitFSIZE", "unlimited"),
    );
  }
  const raiseProcesses = raise("-u", "LimitNPROC", String(comfortableProcesses));
  const threads = `this user may have ${processes} threads (ulimit -u)`;
  if (processes < neededProcesses) return lacks(`Cannot start the engines: ${threads}, ${neededProcesses} are needed`, raiseProcesses);
  if (openFiles < comfortableOpenFiles) return { found: `${few}: much data in many segments may need more`, advice: raiseFiles };
  if (processes < comfortableProcesses) return { found: `${threads}, those of other programs among them`, advice: raiseProcesses };
  return `${openFiles === Number.POSITIVE_INFINITY ? "any number of" : openFiles} open files`;
}

const installHint = `Install a JDK ${requiredJava} or newer (Debian: apt-get install openjdk-${requiredJava}-jdk-headless), point JAVA_HOME at one, or type: streamctl up --runtime docker`;

function judgeJava({ runtime, java, compiled }: Machine): Judgement {
  const { program, home, version, said } = java;
  if (runtime === "docker") return "not needed here: the engines run in containers";
  if (program === undefined && home !== undefined) {
    return lacks(`Cannot use JAVA_HOME "${home}": it has no program bin/java`, `Correct JAVA_HOME or unset it. ${installHint}`);
  }
  if (program === undefined) return lacks('Cannot run "java": no Java here', installHint);
  if (version === undefined) return lacks(`Cannot use "${program}": its version cannot be read`, installHint, said);
  if (version < requiredJava) {
    return lacks(`Cannot use "${program}": version ${version} is too old, ${requiredJava} is needed`, installHint);
  }
  if (compiled.length === 0) return `version ${version}, ${program}`;
  if (java.compiles === true) return `version ${version} with its compiler, ${program}`;
  return lacks(
    `Cannot compile with "${program}": it has no compiler, which a part of ${compiled.join(" and of ")} needs the first time`,
    `Install the JDK, not only the runtime (Debian: apt-get install openjdk-${requiredJava}-jdk-headless), or point JAVA_HOME at one`,
  );
}

function judgeMaven({ runtime, maven, missingEngines }: Machine): Judgement {
  if (runtime === "docker") return "not needed here: images are built with their own";
  if (maven !== undefined) return maven;
  if (missingEngines.length === 0) return "not on the PATH, and not needed: the engines are there";
  return lacks(
    `Cannot fetch ${missingEngines.join(", ")}: Maven (mvn) is not on the PATH`,
    "Install Maven (Debian: apt-get install maven), then type the same again",
  );
}

function judgeContainers({ runtime, containers }: Machine): Judgement {
  if (containers === undefined) return "not asked: only up --runtime docker needs an engine";
  if (typeof containers === "string") return runtime === "docker" ? containers : `${containers} answers: up --runtime docker can be had`;
  return runtime === "docker" ? containers : "no engine answers; only up --runtime docker needs one";
}

function judgeEngines({ runtime, starts, cache, missingEngines }: Machine): Judgement {
  if (runtime === "docker") return "in images";
  if (!starts) return "all run";
  if (cache instanceof StreamctlError) return cache;
  const { path, obstacle } = cache;
  const odd = unreadableByJava(path);
  if (odd !== undefined) {
    return lacks(
      `Cannot use cache "${path}": Java cannot read a path that contains "${odd}"`,
      `Point XDG_CACHE_HOME at a folder without "${odd}" in its path`,
    );
  }
  if (missingEngines.length === 0) return `all in ${path}`;
  // It takes one for a slash, and says that all went well.
  if (path.includes("\\")) {
    return lacks(
      `Cannot fill the cache "${path}": Maven cannot write to a path with a backslash`,
      "Point XDG_CACHE_HOME at a folder without one",
    );
  }
  if (obstacle === undefined) return `${missingEngines.join(", ")} will be fetched by Maven at the first up, into ${path}`;
  return new StreamctlError("state", `Cannot fill the cache "${path}": ${obstacle}`, {
    hint: "Make that folder writable, or point XDG_CACHE_HOME at one that is",
  });
}

function judgeDisk({ runtime, cache, missingEngines, missingBytes, stateFolder: state }: Machine): Judgement {
  // Containers keep their data in volumes.
  if (runtime === "local" && state.freeBytes < neededStateBytes) {
    return new StreamctlError(
      "no-space",
      `Cannot keep data in "${state.path}": ${formatBytes(state.freeBytes, Math.floor)} free on its disk, ${formatBytes(neededStateBytes, Math.floor)} are needed`,
      { hint: "Free some room, or choose a folder on another disk: --state-dir DIR" },
    );
  }
  const fills = runtime === "local" && missingEngines.length > 0 && !(cache instanceof StreamctlError);
  if (fills && cache.freeBytes < missingBytes) return noSpace(cache.path, missingBytes);
  const free = fills ? Math.min(state.freeBytes, cache.freeBytes) : state.freeBytes;
  const found = `${formatBytes(free, Math.floor)} free`;
  return free < comfortableDiskBytes ? { found, advice: "Free some room, or choose folders on a larger disk" } : found;
}

function judgePorts({ portOffset, takenPorts, outgoingPorts }: Machine): Judgement {
  if (takenPorts.length > 0) return portsTaken(takenPorts);
  if (outgoingPorts === undefined) return `those that are needed are free at offset ${portOffset}`;
  const { ports, range } = outgoingPorts;
  return {
    found: `${ports.join(", ")}: the system gives ports from ${range.join(" to ")} to outgoing connections, so they may be taken at any time`,
    advice: `Choose an offset that keeps below them: streamctl up --port-offset 1000`,
  };
}
