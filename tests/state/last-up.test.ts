import { expect, test } from "bun:test";
import { readdir, writeFile } from "node:fs/promises";
import { type LastUp, readLastUp, writeLastUp } from "../../src/state/last-up.ts";
import { stateFolder } from "../../src/state/state-folder.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const lastUp: LastUp = {
  atMs: 1_700_000_000_000,
  elapsedMs: 1234.5,
  steps: [{ operation: "start", target: "service kafka", cause: 'it is "not running"\n' }],
};

test("readLastUp() returns what writeLastUp() wrote, and the newest of several", async () => {
  const folder = stateFolder(await temporaryFolder());
  expect(await readLastUp(folder)).toBeUndefined();
  await writeLastUp(folder, lastUp);
  expect(await readLastUp(folder)).toEqual(lastUp);
  await writeLastUp(folder, { ...lastUp, atMs: 5, steps: [] });
  expect(await readLastUp(folder)).toEqual({ ...lastUp, atMs: 5, steps: [] });
  expect(await readdir(folder.root)).toEqual(["last-up.json"]);
});

test.each(["", "{", "[]", "null", "{}", '{"atMs":"1","elapsedMs":2}', '{"atMs":1}', '{"elapsedMs":1,"steps":[]}'])(
  "readLastUp() returns nothing for a damaged file: %s",
  async (text) => {
    const folder = stateFolder(await temporaryFolder());
    await writeFile(folder.lastUpFile, text);
    expect(await readLastUp(folder)).toBeUndefined();
  },
);

test("readLastUp() leaves out what is not a text, and knows no steps without a list", async () => {
  const folder = stateFolder(await temporaryFolder());
  await writeFile(folder.lastUpFile, '{"atMs":1,"elapsedMs":2,"steps":[{"operation":5,"target":"job"},null],"more":true}');
  expect(await readLastUp(folder)).toEqual({
    atMs: 1,
    elapsedMs: 2,
    steps: [
      { operation: "", target: "job", cause: "" },
      { operation: "", target: "", cause: "" },
    ],
  });
  await writeFile(folder.lastUpFile, '{"atMs":1,"elapsedMs":2,"steps":"none"}');
  expect(await readLastUp(folder)).toEqual({ atMs: 1, elapsedMs: 2, steps: [] });
});
