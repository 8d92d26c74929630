import { expect, test } from "bun:test";
import {
  checkpointDirectory,
  type CheckpointFiles,
  deleteOtherCheckpoints,
  newestCheckpoint,
  previousIdentities,
} from "../../src/processors/checkpoint-files.ts";
import type { ProcessorIdentity } from "../../src/processors/processor.ts";

const identity: ProcessorIdentity = { statements: "s1", transactionsTopicId: "t1", windowsTopicId: "w1" };
const layout = { folderName: /^\d+$/u, fileName: "done" };

/** FAKE storage: the times at which files were modified, by path. */
function fakeFiles(times: Record<string, number>): CheckpointFiles {
  const below = (folder: string) => Object.keys(times).filter((path) => path.startsWith(`${folder}/`));
  return {
    list: async (folder) => [...new Set(below(folder).map((path) => path.slice(folder.length + 1).split("/")[0] ?? ""))],
    find: async (folder, fileName) =>
      below(folder)
        .filter((path) => path.endsWith(`/${fileName}`))
        .map((path) => ({ path: path.slice(folder.length + 1), modifiedAtMs: times[path] ?? 0 })),
    async remove(paths) {
      for (const path of paths) for (const file of below(path)) delete times[file];
    },
  };
}

const storageOf = (files?: CheckpointFiles) => ({ uri: "file:///data/kept", folder: "kept", files });

test("newestCheckpoint() takes the newest complete checkpoint of the same identity, in the layout of the processor", async () => {
  const files = fakeFiles({
    "kept/s1.t1.w1/job1/1/done": 10,
    "kept/s1.t1.w1/job2/2/done": 30,
    "kept/s1.t1.w1/job1/3/done": 20,
    "kept/s1.t1.w1/job1/4/data": 40,
    "kept/s1.t1.w1/job1/shared/done": 50,
    "kept/s0.t1.w1/job0/5/done": 60,
  });
  expect(await newestCheckpoint(storageOf(files), identity, layout)).toBe(`${checkpointDirectory(storageOf(), identity)}/job2/2`);
  expect(await newestCheckpoint(storageOf(files), { ...identity, windowsTopicId: "w2" }, layout)).toBeUndefined();
  expect(await newestCheckpoint(storageOf(), identity, layout)).toBeUndefined();
});

test("deleteOtherCheckpoints() keeps those of one identity, and folders that are not named after one", async () => {
  const times = { "kept/s1.t1.w1/job1/1/done": 10, "kept/s0.t1.w1/job0/5/done": 60, "kept/notes/text": 1 };
  const storage = storageOf(fakeFiles(times));
  expect(await previousIdentities(storage)).toEqual([identity, { ...identity, statements: "s0" }]);
  await deleteOtherCheckpoints(storage, identity);
  expect(Object.keys(times)).toEqual(["kept/s1.t1.w1/job1/1/done", "kept/notes/text"]);
  expect(await previousIdentities(storage)).toEqual([identity]);
});
