/**
 * Requirements of the next `up`: one list of checks, which `doctor` prints and `up` enforces. Each check evaluates the facts of `machine.ts`.
 * Pure.
 */

import { type ErrorCode, StreamctlError } from "../core/errors.ts";
import { unreadableByJava } from "../core/java-path.ts";
import { formatBytes } from "../core/units.ts";
import { noSpace } from "../stack/local/cache.ts";
import { noexecWarning } from "../stack/local/execution.ts";
import { requiredJava } from "../stack/local/java.ts";
import { requirePython } from "../stack/local/python.ts";
import { requirePlainPath } from "../stack/local/runtime.ts";
import { portsTaken } from "../stack/ports.ts";
import { stateFolder } from "../state/state-folder.ts";
import type { EnvironmentFacts, Folder, Machine } from "./machine.ts";

export interface Finding {
  readonly subject: string;
  /** `lacks`: a requirement is not met and `up` would fail. `warns`: `up` may fail. */
  readonly verdict: "fine" | "warns" | "lacks";
  readonly found: string;
  /** How to fix it; absent if the verdict is `fine`. */
  readonly advice?: string;
  /** Error code of `up`; only if the verdict is `lacks`. */
  readonly code?: ErrorCode;
}

interface Check {
  readonly subject: string;
  readonly judge: (machine: Machine) => Judgement;
}

/** A text if the check passes; otherwise the error that `up` would throw, or a warning. */
type Judgement = string | StreamctlError | Warning;

interface Warning {
  readonly found: string;
  readonly advice: string;
}

/** Pinot opens the most files: 300 when it is ready, and more for segments. */
const neededOpenFiles = 512;
const comfortableOpenFiles = 4096;

/** A complete stack has 360 threads; other programs of the user need more. */
const neededProcesses = 512;
const comfortableProcesses = 2048;

/** Address space of Pinot, the largest service. A complete stack starts with this limit. */
const neededAddressSpaceBytes = 4.3e9;

/** Size limit of a Kafka log segment. */
const neededFileBytes = 2 ** 30;

/** Space for the initial files of the engines, and some working space. */
const neededStateBytes = 100e6;
const comfortableDiskBytes = 2e9;

/** In the order of `up`: a failing check may be the reason why a later one fails. */
function checksOf({ installed }: Machine): readonly Check[] {
  return [
    { subject: "state", judge: judgeStateFolder },
    { subject: "limits", judge: judgeLimits },
    { subject: "java", judge: judgeJava },
    { subject: "maven", judge: judgeMaven },
    { subject: "containers", judge: judgeContainers },
    { subject: "librdkafka", judge: ({ librdkafka }) => librdkafka },
    { subject: "engines", judge: judgeEngines },
    { subject: "python", judge: judgePython },
    { subject: "disk", judge: judgeDisk },
    ...installed.map(({ subject, found }) => ({ subject, judge: () => found })),
    { subject: "ports", judge: judgePorts },
  ];
}

/** Runs all checks on a machine. */
export function runChecks(machine: Machine): readonly Finding[] {
  return checksOf(machine).map(({ subject, judge }) => findingOf(subject, judge(machine)));
}

/** @throws StreamctlError of the first check that fails */
export function requireChecks(machine: Machine): void {
  for (const { judge } of checksOf(machine)) refuse(judge(machine));
}

/** @throws StreamctlError if the folder cannot contain a stack */
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
  return noexecWarning(folder.path);
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
    hint: "Fix the folder, or use another one: --state-dir DIR",
  });
}

function judgeLimits({ runtime, limits: { openFiles, processes, addressSpaceBytes, fileBytes } }: Machine): Judgement {
  if (runtime === "docker") return "the limits of the container engine apply";
  const raise = (option: string, word: string, value: string): string =>
    `Raise the limit: ulimit ${option} ${value} (in a systemd service: ${word})`;
  const few = `this session may open ${openFiles} files (ulimit -n)`;
  const raiseFiles = raise("-n", "LimitNOFILE", String(comfortableOpenFiles));
  if (openFiles < neededOpenFiles) return lacks(`Cannot start the engines: ${few}, ${neededOpenFiles} are needed`, raiseFiles);
  if (addressSpaceBytes < neededAddressSpaceBytes) {
    const has = `a process is limited to ${formatBytes(addressSpaceBytes, Math.floor)} of address space (ulimit -v, ulimit -d)`;
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
  if (openFiles < comfortableOpenFiles) return { found: `${few}: tables with many segments may need more`, advice: raiseFiles };
  if (processes < comfortableProcesses) return { found: `${threads}, including those of other programs`, advice: raiseProcesses };
  return `${openFiles === Number.POSITIVE_INFINITY ? "any number of" : openFiles} open files`;
}

const installHint = `Install a JDK ${requiredJava} or newer (Debian: apt-get install openjdk-${requiredJava}-jdk-headless), point JAVA_HOME at one, or use containers: streamctl up --runtime docker`;

function judgeJava({ runtime, java, compiled }: Machine): Judgement {
  const { program, home, version, output } = java;
  if (runtime === "docker") return "not needed: the engines run in containers";
  if (program === undefined && home !== undefined) {
    return lacks(`Cannot use JAVA_HOME "${home}": it does not contain bin/java`, `Correct JAVA_HOME or unset it. ${installHint}`);
  }
  if (program === undefined) return lacks('Cannot run "java": it is not installed', installHint);
  if (version === undefined) return lacks(`Cannot use "${program}": its version cannot be read`, installHint, output);
  if (version < requiredJava) {
    return lacks(`Cannot use "${program}": version ${version} is too old, ${requiredJava} is needed`, installHint);
  }
  if (compiled.length === 0) return `version ${version}, ${program}`;
  if (java.compiles === true) return `version ${version} with its compiler, ${program}`;
  return lacks(
    `Cannot compile with "${program}": it has no compiler, which the first start of ${compiled.join(" and ")} needs`,
    `Install the JDK, not only the runtime (Debian: apt-get install openjdk-${requiredJava}-jdk-headless), or point JAVA_HOME at one`,
  );
}

function judgeMaven({ runtime, maven, missingEngines }: Machine): Judgement {
  if (runtime === "docker") return "not needed: images are built with their own Maven";
  if (maven !== undefined) return maven;
  if (missingEngines.length === 0) return "not on the PATH, but not needed: the engines are in the cache";
  return lacks(
    `Cannot download ${missingEngines.join(", ")}: Maven (mvn) is not on the PATH`,
    "Install Maven (Debian: apt-get install maven) and run the command again",
  );
}

function judgeContainers({ runtime, containers }: Machine): Judgement {
  if (containers === undefined) return "not checked: only up --runtime docker needs a container engine";
  if (typeof containers === "string") return runtime === "docker" ? containers : `${containers} is available for up --runtime docker`;
  return runtime === "docker" ? containers : "no container engine is available; only up --runtime docker needs one";
}

function judgeEngines({ runtime, starts, cache, missingEngines }: Machine): Judgement {
  if (runtime === "docker") return "in images";
  if (!starts) return "all running";
  if (cache instanceof StreamctlError) return cache;
  const { path, obstacle } = cache;
  const character = unreadableByJava(path);
  if (character !== undefined) {
    return lacks(
      `Cannot use cache "${path}": Java cannot read a path that contains "${character}"`,
      `Set XDG_CACHE_HOME to a folder without "${character}" in its path`,
    );
  }
  if (missingEngines.length === 0) return `all in ${path}`;
  // Maven treats a backslash as a slash, and reports success.
  if (path.includes("\\")) {
    return lacks(
      `Cannot fill the cache "${path}": Maven cannot write to a path with a backslash`,
      "Set XDG_CACHE_HOME to a folder without one",
    );
  }
  if (obstacle === undefined) return `Maven will download ${missingEngines.join(", ")} into ${path} at the first up`;
  return new StreamctlError("state", `Cannot fill the cache "${path}": ${obstacle}`, {
    hint: "Make the folder writable, or set XDG_CACHE_HOME to another one",
  });
}

function judgePython({ cache, environments }: Machine): Judgement {
  const results = environments.map((one) => judgeEnvironment(one, cache));
  const problems = results.filter((result) => typeof result !== "string");
  const [worst] = [...problems.filter((problem) => problem instanceof StreamctlError), ...problems];
  return worst ?? (results.filter((result) => typeof result === "string").join("; ") || "not needed");
}

function judgeEnvironment({ environment, needed, python, installed }: EnvironmentFacts, cache: Machine["cache"]): Judgement {
  const { label, diskBytes } = environment;
  try {
    const { version, program } = requirePython(python, environment);
    const found = `${version}, ${program}`;
    if (installed) return `${found}; ${label} is in the cache`;
    if (cache instanceof StreamctlError) {
      if (needed) throw cache;
      return found;
    }
    const { path, obstacle, freeBytes } = cache;
    if (needed && obstacle !== undefined) {
      throw new StreamctlError("state", `Cannot install ${label} into the cache "${path}": ${obstacle}`, {
        hint: "Make the folder writable, or set XDG_CACHE_HOME to another one",
      });
    }
    if (needed) return `${found}; pip will install ${label} into ${path} at the first up`;
    if (freeBytes < diskBytes) throw noSpace(path, diskBytes);
    return `${found}; up --with ${environment.name} would install ${label} (${formatBytes(diskBytes)})`;
  } catch (error) {
    if (!(error instanceof StreamctlError)) throw error;
    if (needed) return error;
    return { found: `${error.message}. Only up --with ${environment.name} needs it`, advice: error.hint ?? "" };
  }
}

function judgeDisk({ runtime, cache, missingBytes, stateFolder: state }: Machine): Judgement {
  // Containers keep their data in volumes.
  if (runtime === "local" && state.freeBytes < neededStateBytes) {
    return new StreamctlError(
      "no-space",
      `Cannot keep data in "${state.path}": ${formatBytes(state.freeBytes, Math.floor)} free on its disk, ${formatBytes(neededStateBytes, Math.floor)} are needed`,
      { hint: "Free some space, or use a folder on another disk: --state-dir DIR" },
    );
  }
  const fills = missingBytes > 0 && !(cache instanceof StreamctlError);
  if (fills && cache.freeBytes < missingBytes) return noSpace(cache.path, missingBytes);
  const free = fills ? Math.min(state.freeBytes, cache.freeBytes) : state.freeBytes;
  const found = `${formatBytes(free, Math.floor)} free`;
  return free < comfortableDiskBytes ? { found, advice: "Free some space, or use folders on a larger disk" } : found;
}

function judgePorts({ portOffset, takenPorts, outgoingPorts }: Machine): Judgement {
  if (takenPorts.length > 0) return portsTaken(takenPorts);
  if (outgoingPorts === undefined) return `all required ports are free at offset ${portOffset}`;
  const { ports, range } = outgoingPorts;
  return {
    found: `${ports.join(", ")}: within the ephemeral port range ${range.join(" to ")} of outgoing connections, so they may be taken at any time`,
    advice: `Use an offset with ports below that range: streamctl up --port-offset 1000`,
  };
}
