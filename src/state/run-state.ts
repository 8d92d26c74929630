/**
 * What a stack leaves behind for the next command: `run.json` in the state folder, versioned and written atomically. Whoever
 * changes it holds the folder's lock; readers need none.
 */

import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { StreamctlError } from "../core/errors.ts";
import { readIfExists, writeAtomically } from "../core/files.ts";
import type { JsonObject } from "../core/json.ts";
import type { StackChoices } from "./choices.ts";
import { parseRunState } from "./run-state-versions.ts";
import type { ServiceIdentity, ServiceName } from "./service-identity.ts";
import { copiedFolder, type FolderPlace, isSameFolder, newStackId, placeOf, type StackIdentity } from "./stack-identity.ts";

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

/** What was brought about in an engine, as it was left last: what is planned while the engine does not run is planned by it. */
export interface ResourceRecord {
  readonly kind: string;
  readonly name: string;
  readonly facts: JsonObject;
}

export interface RunState {
  readonly version: 3;
  readonly stack: StackIdentity;
  readonly choices: StackChoices;
  readonly services: readonly ServiceRecord[];
  readonly resources: readonly ResourceRecord[];
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

/** Where everything of one stack lies; `root` becomes absolute and free of symbolic links, so that one folder has one name. */
export function stateFolder(root: string): StateFolder {
  const base = realPath(resolve(root));
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

/** The path as the file system knows it; of a path that does not exist yet, the part that does. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/**
 * The state of the stack; undefined where none was started. Its `stack.place` is where the folder lay when it was written: a folder
 * that was renamed or moved since then is the same stack.
 *
 * @throws StreamctlError `state` when the file cannot be understood, and for the copy of a folder that holds the same stack
 */
export async function readRunState(folder: StateFolder): Promise<RunState | undefined> {
  const text = await readIfExists(folder.runFile);
  if (text === undefined) return undefined;
  const state = await parseRunState(text, folder.root);
  if (!state) {
    throw new StreamctlError("state", `Cannot read "${folder.runFile}": not a state of this version of streamctl`, {
      hint: "Use the streamctl that wrote it, or another folder: --state-dir DIR",
    });
  }
  await refuseCopy(folder, state.stack);
  return state;
}

async function refuseCopy({ root }: StateFolder, { id, place }: StackIdentity): Promise<void> {
  const there = await otherFolder(root, place);
  if (there === undefined) return;
  // What this user may not read is another user's.
  const text = await readIfExists(there.runFile).catch(() => undefined);
  const other = text === undefined ? undefined : await parseRunState(text, there.root);
  if (other?.stack.id === id) throw copiedFolder(there.root, root);
}

/** The folder at the place where a state folder lay, if it is there and another one. */
async function otherFolder(root: string, kept: FolderPlace): Promise<StateFolder | undefined> {
  const there = stateFolder(kept.path);
  const [before, here] = await Promise.all([placeOf(there.root), placeOf(root)]);
  return before && here && !isSameFolder(before, here) ? there : undefined;
}

/** Whether a state folder lies elsewhere than when its state was written: its old path does not lead to it any more. */
export async function hasMoved({ root }: StateFolder, { stack: { place } }: RunState): Promise<boolean> {
  const [before, here] = await Promise.all([placeOf(stateFolder(place.path).root), placeOf(root)]);
  return here !== undefined && (before === undefined || !isSameFolder(before, here));
}

/** The identity to write down for a folder: the one that its state has, at the place where the folder lies now. */
export async function identityFor(folder: StateFolder, state: RunState | undefined): Promise<StackIdentity> {
  const place = (await placeOf(folder.root)) ?? { path: folder.root, device: "0", inode: "0" };
  return { id: state?.stack.id ?? newStackId(), place };
}

export async function writeRunState(folder: StateFolder, state: RunState): Promise<void> {
  await writeAtomically(folder.runFile, `${JSON.stringify(state, null, 2)}\n`);
}
