/**
 * What a stack leaves behind for the next command: `run.json` in the state folder, versioned, written whole and flushed to disk. Whoever
 * changes it holds the folder's lock; readers need none.
 */

import { StreamctlError } from "../core/errors.ts";
import { readIfExists, writeDurably } from "../core/files.ts";
import type { JsonObject } from "../core/json.ts";
import type { StackChoices } from "./choices.ts";
import { newerVersion, parseRunState } from "./run-state-versions.ts";
import type { ServiceIdentity, ServiceName } from "./service-identity.ts";
import { stateFolder, type StateFolder } from "./state-folder.ts";
import { copiedFolder, type FolderPlace, isSameFolder, newStackId, placeOf, type StackIdentity } from "./stack-identity.ts";

/**
 * A service that is about to be started: written down before anything of it is made. Where the command that wrote it was killed, only a
 * look at the marks of processes and the labels of containers tells whether it runs.
 */
export interface StartIntent {
  readonly name: ServiceName;
  readonly definitionHash: string;
  readonly endpoint: string;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
}

export interface ServiceRecord extends StartIntent {
  readonly identity: ServiceIdentity;
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
  readonly starting: readonly StartIntent[];
  readonly resources: readonly ResourceRecord[];
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
  if (!state) throw unreadable(folder.runFile, newerVersion(text));
  await refuseCopy(folder, state.stack);
  return state;
}

function unreadable(runFile: string, newer: number | undefined): StreamctlError {
  const action = `Cannot read "${runFile}"`;
  return newer === undefined
    ? new StreamctlError("state", `${action}: it is damaged, or no state of streamctl`, {
        hint: "Remove that file, then stop what still runs: streamctl down; or use another folder: --state-dir DIR",
      })
    : new StreamctlError("state", `${action}: a newer streamctl wrote it (version ${newer} of the state)`, {
        hint: "Use that streamctl, or another folder: --state-dir DIR",
      });
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

/** The state is on the disk when this returns. The caller holds the folder's lock. @throws StreamctlError `no-space` */
export async function writeRunState(folder: StateFolder, state: RunState): Promise<void> {
  await writeDurably(folder.runFile, `${JSON.stringify(state, null, 2)}\n`);
}
