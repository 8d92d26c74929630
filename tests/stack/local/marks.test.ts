import { afterAll, expect, test } from "bun:test";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { signalProcess, startDetached, type ProcessIdentity } from "../../../src/core/process.ts";
import { pollUntil } from "../../../src/core/wait.ts";
import { markedProcesses, markOf } from "../../../src/stack/local/marks.ts";
import { stateFolder, type StateFolder } from "../../../src/state/state-folder.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import type { ServiceName } from "../../../src/state/service-identity.ts";

const started: ProcessIdentity[] = [];
afterAll(async () => {
  for (const identity of started) await signalProcess(identity, "SIGKILL");
});

/** Stands for an engine: a process that waits, with an engine's mark, in its data folder. */
async function engine(stackId: string, folder: StateFolder, name: ServiceName): Promise<ProcessIdentity> {
  const cwd = folder.dataDir(name);
  await mkdir(cwd, { recursive: true });
  const args = ["-e", "setInterval(() => {}, 1000)", "--", markOf(stackId, name)];
  const identity = await startDetached({ program: process.execPath, args, cwd }, "/dev/null");
  started.push(identity);
  // For a moment it still has the words of the program that started it.
  const isMarked = async (): Promise<true | undefined> => ((await markedProcesses(stackId, folder)).length > 0 ? true : undefined);
  await pollUntil(isMarked, { timeoutMs: 10_000, what: "the mark" });
  return identity;
}

test("markedProcesses() finds the engines of a stack by its id, and by a folder that was renamed or deleted", async () => {
  const parent = stateFolder(await temporaryFolder()).root;
  const [ours, other] = [stateFolder(join(parent, "ours")), stateFolder(join(parent, "other"))];
  const kafka = await engine("0000aaaa", ours, "kafka");
  const pinot = await engine("0000bbbb", other, "pinot");
  const found = [{ name: "kafka", identity: kafka }] as const;
  expect(await markedProcesses("0000aaaa", ours)).toEqual(found);
  // A state folder that is gone has no id to look for.
  await rm(ours.root, { recursive: true });
  expect(await markedProcesses(undefined, ours)).toEqual(found);
  // What works in a folder of another name now is not left in this one.
  const renamed = stateFolder(join(parent, "renamed"));
  await rename(other.root, renamed.root);
  expect(await markedProcesses(undefined, other)).toEqual([]);
  expect(await markedProcesses(undefined, renamed)).toEqual([{ name: "pinot", identity: pinot }]);
});
