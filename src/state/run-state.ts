/**
 * `run.json`: the state of a stack between commands. It has a version, and is written atomically and flushed to disk. Writers hold the
 * state folder's lock; readers need no lock.
 */

import { StreamctlError } from "../core/errors.ts";
import { readIfExists, writeDurably } from "../core/files.ts";
import type { JsonObject } from "../core/json.ts";
import type { StackChoices } from "./choices.ts";
import type { ServiceIdentity, ServiceName } from "./service-identity.ts";
import { stateFolder, type StateFolder } from "./state-folder.ts";
import { copiedFolder, type FolderPlace, isSameFolder, newStackId, placeOf, placeToRecord, type StackIdentity } from "./stack-identity.ts";

/**
 * A service that is about to be started, recorded before the start. If the command is killed, the marks of processes and the labels of
 * containers tell whether the service is running.
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
  /** Time from the start of the process until its health check passed, in milliseconds; absent until then. */
  readonly readyMs?: number;
}

/** The last known state of a resource in an engine, used for planning while the engine is not running. */
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
 * The state of the stack; undefined when none was started. `stack.place` is where the folder was when run.json was written: a folder that
 * was renamed or moved since then is still the same stack.
 *
 * @throws StreamctlError `state` when the file cannot be parsed, or when the folder is a copy of another one with the same stack
 */
export async function readRunState(folder: StateFolder): Promise<RunState | undefined> {
  const text = await readIfExists(folder.runFile);
  if (text === undefined) return undefined;
  // Load the parser only here, because a folder without a stack does not need it.
  const { newerVersion, parseRunState } = await import("./run-state-versions.ts");
  const state = await parseRunState(text, folder.root);
  if (!state) throw unreadable(folder.runFile, newerVersion(text));
  await refuseCopy(folder, state.stack);
  return state;
}

function unreadable(runFile: string, newer: number | undefined): StreamctlError {
  const action = `Cannot read "${runFile}"`;
  return newer === undefined
    ? new StreamctlError("state", `${action}: it is damaged, or not a state file of streamctl`, {
        hint: "Remove that file and stop the running services with: streamctl down. Or use another folder: --state-dir DIR",
      })
    : new StreamctlError("state", `${action}: it was written by a newer streamctl (state version ${newer})`, {
        hint: "Use the newer streamctl, or another folder: --state-dir DIR",
      });
}

async function refuseCopy({ root }: StateFolder, { id, place }: StackIdentity): Promise<void> {
  const original = await folderAt(place, root);
  if (original === undefined) return;
  // A file that this user may not read belongs to another user's stack.
  const text = await readIfExists(original.runFile).catch(() => undefined);
  if (text === undefined) return;
  const { parseRunState } = await import("./run-state-versions.ts");
  const other = await parseRunState(text, original.root);
  if (other?.stack.id === id) throw copiedFolder(original.root, root);
}

/** The folder that now exists at a recorded location, if it is not the folder at `root`. */
async function folderAt(recorded: FolderPlace, root: string): Promise<StateFolder | undefined> {
  const folder = stateFolder(recorded.path);
  const [there, here] = await Promise.all([placeOf(folder.root), placeOf(root)]);
  return there && here && !isSameFolder(there, here) ? folder : undefined;
}

/** Whether a state folder was moved since its state was written: its recorded path no longer refers to it. */
export async function hasMoved({ root }: StateFolder, { stack: { place } }: RunState): Promise<boolean> {
  const [before, here] = await Promise.all([placeOf(stateFolder(place.path).root), placeOf(root)]);
  return here !== undefined && (before === undefined || !isSameFolder(before, here));
}

/** The identity to record for a folder: the id of its state, or a new one, and the folder's current location. */
export async function identityFor(folder: StateFolder, state: RunState | undefined): Promise<StackIdentity> {
  return { id: state?.stack.id ?? newStackId(), place: await placeToRecord(folder.root) };
}

/** Writes run.json and flushes it to disk. The caller holds the folder's lock. @throws StreamctlError `no-space` */
export async function writeRunState(folder: StateFolder, state: RunState): Promise<void> {
  await writeDurably(folder.runFile, `${JSON.stringify(state, null, 2)}\n`);
}
