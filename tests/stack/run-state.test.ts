import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { readRunState, stateFolder, writeRunState, type RunState } from "../../src/stack/run-state.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const state: RunState = {
  version: 1,
  choices: { runtime: "local", processor: "flink", why: "", portOffset: 0 },
  services: [
    { name: "kafka", identity: { pid: 1, startTicks: 2, bootId: "b" }, definitionHash: "h", endpoint: "127.0.0.1:9092", startedAtMs: 3 },
  ],
};

test("readRunState() answers what writeRunState() wrote, and undefined where nothing was", async () => {
  const folder = stateFolder(await temporaryFolder());
  expect(await readRunState(folder)).toBeUndefined();
  await writeRunState(folder, state);
  expect(await readRunState(folder)).toEqual(state);
});

const { choices, services } = state;

test.each([
  ["torn", '{"version": 1, "cho'],
  ["of another version", JSON.stringify({ ...state, version: 2 })],
  ["with another runtime", JSON.stringify({ ...state, choices: { ...choices, runtime: "remote" } })],
  ["with a port offset that is no number", JSON.stringify({ ...state, choices: { ...choices, portOffset: "1" } })],
  ["with a service that nobody can identify", JSON.stringify({ ...state, services: [{ ...services[0], identity: undefined }] })],
])("readRunState() refuses a state that is %s", async (_, text) => {
  const folder = stateFolder(await temporaryFolder());
  await mkdir(folder.root, { recursive: true });
  await writeFile(folder.runFile, text);
  const failure: unknown = await readRunState(folder).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "state", message: `Cannot read "${folder.runFile}": not a state of this version of streamctl` });
});
