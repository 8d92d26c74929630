/**
 * Checkpoints of Flink jobs, in one folder an identity, so that a job is resumed only from what the same job left. The folder's name
 * is the identity: hash of the statements, id of the transactions topic, id of the windows topic (letters, digits, `-` and `_`).
 */

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../core/errors.ts";
import type { ProcessorIdentity } from "./processor.ts";

export interface CheckpointPlace {
  /** As the cluster names it: an absolute URI such as `file:///data/checkpoints`. */
  readonly uri: string;
  /** The same place as this process reads it; undefined where it cannot: then nothing is ever resumed. */
  readonly folder?: string | undefined;
}

export function checkpointDirectory(place: CheckpointPlace, identity: ProcessorIdentity): string {
  return `${place.uri}/${folderName(identity)}`;
}

function folderName(identity: ProcessorIdentity): string {
  return [identity.statements, identity.transactionsTopicId, identity.windowsTopicId].join(".");
}

/** Identities that left at least one complete checkpoint. */
export async function resumableIdentities(place: CheckpointPlace): Promise<readonly ProcessorIdentity[]> {
  const found = await Promise.all(
    (await names(place.folder)).map(async (name) => {
      const [statements, transactionsTopicId, windowsTopicId] = name.split(".");
      if (statements === undefined || transactionsTopicId === undefined || windowsTopicId === undefined) return undefined;
      const identity = { statements, transactionsTopicId, windowsTopicId };
      return (await newestCheckpoint(place, identity)) === undefined ? undefined : identity;
    }),
  );
  return found.filter((identity) => identity !== undefined);
}

/** URI of the newest complete checkpoint (one whose `_metadata` is there) of an identity, over all of its jobs. */
export async function newestCheckpoint(place: CheckpointPlace, identity: ProcessorIdentity): Promise<string | undefined> {
  if (place.folder === undefined) return undefined;
  const own = join(place.folder, folderName(identity));
  const paths = await Promise.all(
    (await names(own)).map(async (job) =>
      (await names(join(own, job))).filter((name) => name.startsWith("chk-")).map((name) => `${job}/${name}`),
    ),
  );
  const complete = await Promise.all(paths.flat().map(async (path) => ({ path, atMs: await modifiedAtMs(join(own, path, "_metadata")) })));
  const newest = complete.filter(({ atMs }) => atMs !== undefined).toSorted((a, b) => (b.atMs ?? 0) - (a.atMs ?? 0))[0];
  return newest === undefined ? undefined : `${checkpointDirectory(place, identity)}/${newest.path}`;
}

/** Deletes the checkpoints of every identity but one. */
export async function forgetOtherCheckpoints(place: CheckpointPlace, except: ProcessorIdentity): Promise<void> {
  const { folder } = place;
  if (folder === undefined) return;
  const kept = folderName(except);
  const others = (await names(folder)).filter((name) => name !== kept && name.split(".").length === 3);
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function names(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

async function modifiedAtMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
