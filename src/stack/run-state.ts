/**
 * What a stack leaves behind for the next command: `run.json` in the state folder, versioned and written atomically. Whoever
 * changes it holds the folder's lock; readers need none.
 */

import { join, resolve } from "node:path";
import { StreamctlError } from "../core/errors.ts";
import { readIfExists, writeAtomically } from "../core/files.ts";
import { at, isObject, numberAt, stringAt } from "../core/json.ts";
import type { ServiceIdentity } from "./runtime.ts";
import type { ServiceName } from "./service.ts";
import type { RuntimeName } from "./site.ts";

/** A server that is not ours, a folder from which streamctl runs one, or Confluent's image, which only containers can be made of. */
export type KsqldbSource = { readonly url: string } | { readonly home: string } | { readonly image: true };

/** Choices of the first `up`, kept until `down`. */
export interface StackChoices {
  readonly runtime: RuntimeName;
  readonly processor: "flink" | "ksqldb";
  /** Where ksqlDB comes from; absent where Flink is the processor. */
  readonly ksqldb?: KsqldbSource;
  /** A server that is not ours, that is no longer chosen, and that may still write the windows: kept until it gave back what is ours. */
  readonly abandonedKsqldb?: string;
  /** Why these two were taken, in one line. */
  readonly why: string;
  readonly portOffset: number;
  readonly only?: readonly string[];
}

export interface ServiceRecord {
  readonly name: ServiceName;
  readonly identity: ServiceIdentity;
  readonly definitionHash: string;
  readonly endpoint: string;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** From the start of the process to the engine's own word; absent until then. */
  readonly readyMs?: number;
}

export interface RunState {
  readonly version: 1;
  readonly choices: StackChoices;
  readonly services: readonly ServiceRecord[];
}

export interface StateFolder {
  readonly root: string;
  readonly runFile: string;
  readonly lockFile: string;
  readonly logFile: (service: ServiceName) => string;
  readonly confDir: (service: ServiceName) => string;
  readonly dataDir: (service: ServiceName) => string;
  /** Of the docker runtime: `compose.yaml` and what its images are built from. */
  readonly composeDir: string;
}

/** Where everything of one stack lies; `root` becomes absolute. */
export function stateFolder(root: string): StateFolder {
  const base = resolve(root);
  return {
    root: base,
    runFile: join(base, "run.json"),
    lockFile: join(base, "lock"),
    logFile: (service) => join(base, "log", `${service}.log`),
    confDir: (service) => join(base, "conf", service),
    dataDir: (service) => join(base, "data", service),
    composeDir: join(base, "docker"),
  };
}

/**
 * The state of the stack; undefined where none was started.
 *
 * @throws StreamctlError `state` when the file cannot be understood.
 */
export async function readRunState(folder: StateFolder): Promise<RunState | undefined> {
  const text = await readIfExists(folder.runFile);
  if (text === undefined) return undefined;
  const state = parseState(text);
  if (!state) {
    throw new StreamctlError("state", `Cannot read "${folder.runFile}": not a state of this version of streamctl`, {
      hint: "Use the streamctl that wrote it, or another folder: --state-dir DIR",
    });
  }
  return state;
}

export async function writeRunState(folder: StateFolder, state: RunState): Promise<void> {
  await writeAtomically(folder.runFile, `${JSON.stringify(state, null, 2)}\n`);
}

function parseState(text: string): RunState | undefined {
  try {
    const state: unknown = JSON.parse(text);
    if (!isObject(state) || state["version"] !== 1 || !areChoices(state["choices"]) || !Array.isArray(state["services"])) return undefined;
    return state["services"].every(isServiceRecord) ? (state as unknown as RunState) : undefined;
  } catch {
    return undefined;
  }
}

function areChoices(value: unknown): boolean {
  const [runtime, processor] = [stringAt(value, "runtime"), stringAt(value, "processor")];
  const known = (runtime === "local" || runtime === "docker") && (processor === "flink" || processor === "ksqldb");
  return known && Number.isInteger(numberAt(value, "portOffset"));
}

function isServiceRecord(value: unknown): boolean {
  const texts = ["name", "definitionHash", "endpoint"].map((name) => stringAt(value, name));
  return !texts.includes(undefined) && isObject(at(value, "identity")) && numberAt(value, "startedAtMs") !== undefined;
}
