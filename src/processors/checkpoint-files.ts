/**
 * Checkpoints of jobs, for processors that resume from files. Each identity has its own folder, so that a job resumes only from checkpoints of an identical job. The folder
 * is named after the identity: hash of the statements, id of the transactions topic, id of the windows topic (letters, digits, `-`, `_`).
 */

import type { ProcessorIdentity } from "./processor.ts";

/** Access to the files of the cluster, on this machine or in a volume. Paths are relative to a root. */
export interface CheckpointFiles {
  /** Names in a folder; empty if the folder does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** Finds files by name anywhere below a folder. Paths are relative to the folder. */
  find(folder: string, fileName: string): Promise<readonly { readonly path: string; readonly modifiedAtMs: number }[]>;
  remove(paths: readonly string[]): Promise<void>;
}

export interface CheckpointStorage {
  /** Absolute URI as seen by the cluster, such as `file:///data/checkpoints`. */
  readonly uri: string;
  /** Access to the same storage; if undefined, jobs never resume. */
  readonly files?: CheckpointFiles | undefined;
  /** Folder of the checkpoints within `files`. */
  readonly folder?: string | undefined;
}

export function checkpointDirectory(place: CheckpointStorage, identity: ProcessorIdentity): string {
  return `${place.uri}/${folderName(identity)}`;
}

function folderName(identity: ProcessorIdentity): string {
  return [identity.statements, identity.transactionsTopicId, identity.windowsTopicId].join(".");
}

/**
 * Identities of jobs that ran before. If the engine creates a job's folder before the job writes its first window, this includes jobs that
 * ended before their first checkpoint.
 */
export async function previousIdentities({ files, folder = "" }: CheckpointStorage): Promise<readonly ProcessorIdentity[]> {
  const found = ((await files?.list(folder)) ?? []).map((name) => {
    const [statements, transactionsTopicId, windowsTopicId] = name.split(".");
    if (statements === undefined || transactionsTopicId === undefined || windowsTopicId === undefined) return undefined;
    return { statements, transactionsTopicId, windowsTopicId };
  });
  return found.filter((identity) => identity !== undefined);
}

/** A complete checkpoint is a folder with one of these names that contains this file. */
export interface CheckpointLayout {
  readonly folderName: RegExp;
  readonly fileName: string;
}

/** URI of the newest complete checkpoint of an identity, from any of its jobs; undefined if there is none. */
export async function newestCheckpoint(
  place: CheckpointStorage,
  identity: ProcessorIdentity,
  layout: CheckpointLayout,
): Promise<string | undefined> {
  const { files, folder = "" } = place;
  const found = (await files?.find(`${folder}/${folderName(identity)}`, layout.fileName)) ?? [];
  const complete = found
    .map(({ path, modifiedAtMs }) => ({ path: path.slice(0, -`/${layout.fileName}`.length), modifiedAtMs }))
    .filter(({ path }) => layout.folderName.test(path.slice(path.lastIndexOf("/") + 1)));
  const newest = complete.toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs)[0];
  return newest === undefined ? undefined : `${checkpointDirectory(place, identity)}/${newest.path}`;
}

/** Deletes the checkpoints of an identity. */
export async function deleteCheckpoints({ files, folder = "" }: CheckpointStorage, identity: ProcessorIdentity): Promise<void> {
  await files?.remove([`${folder}/${folderName(identity)}`]);
}

/** Deletes the checkpoints of every identity but one. */
export async function deleteOtherCheckpoints({ files, folder = "" }: CheckpointStorage, except: ProcessorIdentity): Promise<void> {
  if (files === undefined) return;
  const kept = folderName(except);
  const others = (await files.list(folder)).filter((name) => name !== kept && name.split(".").length === 3);
  await files.remove(others.map((name) => `${folder}/${name}`));
}
