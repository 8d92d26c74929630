/**
 * Checkpoints of Flink jobs, in one folder an identity, so that a job is resumed only from what the same job left. The folder's name
 * is the identity: hash of the statements, id of the transactions topic, id of the windows topic (letters, digits, `-` and `_`).
 */

import type { ProcessorIdentity } from "../processor.ts";

/** A look at the files of the cluster, wherever they lie. Paths are relative to a root of its own. */
export interface CheckpointFiles {
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Files of a name anywhere below a folder, by their path below it. */
  find(folder: string, fileName: string): Promise<readonly { readonly path: string; readonly modifiedAtMs: number }[]>;
  remove(paths: readonly string[]): Promise<void>;
}

export interface CheckpointPlace {
  /** As the cluster names it: an absolute URI such as `file:///data/checkpoints`. */
  readonly uri: string;
  /** Where the same place can be looked at; undefined where it cannot: then nothing is ever resumed. */
  readonly files?: CheckpointFiles | undefined;
  /** Of the place, among those files. */
  readonly folder?: string | undefined;
}

export function checkpointDirectory(place: CheckpointPlace, identity: ProcessorIdentity): string {
  return `${place.uri}/${folderName(identity)}`;
}

function folderName(identity: ProcessorIdentity): string {
  return [identity.statements, identity.transactionsTopicId, identity.windowsTopicId].join(".");
}

/**
 * Identities of which a job ran here. Flink makes a job's folders when it starts, before it writes its first window: so a job that ended
 * before its first complete checkpoint is known too.
 */
export async function formerIdentities({ files, folder = "" }: CheckpointPlace): Promise<readonly ProcessorIdentity[]> {
  const found = ((await files?.list(folder)) ?? []).map((name) => {
    const [statements, transactionsTopicId, windowsTopicId] = name.split(".");
    if (statements === undefined || transactionsTopicId === undefined || windowsTopicId === undefined) return undefined;
    return { statements, transactionsTopicId, windowsTopicId };
  });
  return found.filter((identity) => identity !== undefined);
}

/** URI of the newest complete checkpoint (one whose `_metadata` is there) of an identity, over all of its jobs; undefined without one. */
export async function newestCheckpoint(place: CheckpointPlace, identity: ProcessorIdentity): Promise<string | undefined> {
  const { files, folder = "" } = place;
  const found = (await files?.find(`${folder}/${folderName(identity)}`, "_metadata")) ?? [];
  const complete = found
    .map(({ path, modifiedAtMs }) => ({ path: path.slice(0, -"/_metadata".length), modifiedAtMs }))
    .filter(({ path }) => /(?:^|\/)chk-[^/]+$/u.test(path));
  const newest = complete.toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs)[0];
  return newest === undefined ? undefined : `${checkpointDirectory(place, identity)}/${newest.path}`;
}

/** Deletes the checkpoints of every identity but one. */
export async function forgetOtherCheckpoints({ files, folder = "" }: CheckpointPlace, except: ProcessorIdentity): Promise<void> {
  if (files === undefined) return;
  const kept = folderName(except);
  const others = (await files.list(folder)).filter((name) => name !== kept && name.split(".").length === 3);
  await files.remove(others.map((name) => `${folder}/${name}`));
}
