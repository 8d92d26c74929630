import { expect, test } from "bun:test";
import { cp, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasMoved, identityFor, readRunState, writeRunState, type RunState } from "../../src/state/run-state.ts";
import { stateFolder, type StateFolder } from "../../src/state/state-folder.ts";
import { idOfPath } from "../../src/state/stack-identity.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { someChoices } from "./some-choices.ts";

const choices = someChoices;
const services = [
  {
    name: "kafka",
    identity: { pid: 1, startTicks: 2, bootId: "b" },
    definitionHash: "h",
    endpoint: "127.0.0.1:9092",
    startedAtMs: 3,
  },
] as const;
const stack = { id: "0a1b2c3d", place: { path: "/s", device: "1", inode: "2" } };
const state: RunState = { version: 3, stack, choices, services, starting: [], resources: [] };

/** A state folder with the state of a new stack. */
async function settled(path: string): Promise<{ readonly folder: StateFolder; readonly state: RunState }> {
  await mkdir(path, { recursive: true });
  const folder = stateFolder(path);
  const own: RunState = { ...state, stack: await identityFor(folder, undefined) };
  await writeRunState(folder, own);
  return { folder, state: own };
}

const readError = async (folder: StateFolder): Promise<unknown> => await readRunState(folder).catch((error: unknown) => error);

test("readRunState() returns what writeRunState() wrote, and undefined for a new folder", async () => {
  const folder = stateFolder(await temporaryFolder());
  expect(await readRunState(folder)).toBeUndefined();
  await writeRunState(folder, state);
  expect(await readRunState(folder)).toEqual(state);
});

test("readRunState() returns every field of the choices, of a container and of what is about to be started", async () => {
  const folder = stateFolder(await temporaryFolder());
  const container = { ...services[0], identity: { pid: 7, containerId: "c", startedAt: "2026-01-01T00:00:00Z" }, readyMs: 4 };
  const { identity: _, ...intent } = services[0];
  const full: RunState = {
    ...state,
    choices: {
      ...choices,
      source: { url: "http://a:8088", owned: true },
      abandoned: [{ processor: "p", source: { url: "http://b:8088" } }],
      only: ["kafka"],
      with: ["console"],
      without: [],
    },
    services: [container],
    starting: [intent],
    resources: [{ kind: "topic", name: "t", facts: { id: "x", partitions: 6, nested: { a: [1, null] } } }],
  };
  await writeRunState(folder, full);
  expect(await readRunState(folder)).toEqual(full);
});

test("readRunState() gives a state of version 1 the id with which its containers were named", async () => {
  const folder = stateFolder(await temporaryFolder());
  await mkdir(folder.root, { recursive: true });
  const former = { runtime: "local", processor: "flink", why: "local: x; flink: y", portOffset: 0 };
  await writeFile(folder.runFile, JSON.stringify({ version: 1, choices: former, services }));
  const { place } = await identityFor(folder, undefined);
  expect(await readRunState(folder)).toMatchObject({ version: 3, services, stack: { id: idOfPath(folder.root), place } });
});

test("readRunState() accepts a renamed folder as the same stack, and keeps its old place until it is written again", async () => {
  const parent = await temporaryFolder();
  const before = await settled(join(parent, "before"));
  await rename(join(parent, "before"), join(parent, "after"));
  expect(await readRunState(stateFolder(join(parent, "after")))).toEqual(before.state);
});

test("readRunState() accepts a folder that was moved to another disk as the same stack", async () => {
  const parent = await temporaryFolder();
  const before = await settled(join(parent, "before"));
  await cp(join(parent, "before"), join(parent, "after"), { recursive: true });
  await rm(join(parent, "before"), { recursive: true });
  expect(await readRunState(stateFolder(join(parent, "after")))).toEqual(before.state);
});

test("readRunState() refuses a copy, and names both folders", async () => {
  const parent = await temporaryFolder();
  const { folder } = await settled(join(parent, "original"));
  const copy = stateFolder(join(parent, "copy"));
  await cp(folder.root, copy.root, { recursive: true });
  expect(await readError(copy)).toMatchObject({
    code: "state",
    message: `State folder "${copy.root}" contains the same stack as "${folder.root}": one is a copy of the other`,
    hint: `Use the original (--state-dir ${folder.root}), or remove run.json from the copy and run: streamctl up`,
  });
  expect(await readError(folder)).toMatchObject({ stack: { place: { path: folder.root } } });
});

test("readRunState() also refuses the original once a copy has taken its path", async () => {
  const parent = await temporaryFolder();
  const { folder } = await settled(join(parent, "run"));
  await rename(folder.root, join(parent, "old"));
  await cp(join(parent, "old"), folder.root, { recursive: true });
  expect(await readError(stateFolder(join(parent, "old")))).toMatchObject({ code: "state" });
});

test("readRunState() and hasMoved() recognize a folder by any path that leads to it", async () => {
  const parent = await temporaryFolder();
  const before = await settled(join(parent, "run"));
  // Moved to another disk, with a symbolic link at the old path.
  await cp(before.folder.root, join(parent, "large"), { recursive: true });
  await rm(before.folder.root, { recursive: true });
  await symlink(join(parent, "large"), before.folder.root);
  const folder = stateFolder(join(parent, "large"));
  expect(await readRunState(folder)).toEqual(before.state);
  expect(await hasMoved(folder, before.state)).toBe(false);
  await rm(join(parent, "run"));
  expect(await hasMoved(folder, before.state)).toBe(true);
});

test("stateFolder() gives a folder one name, through any symbolic link and whether or not it exists", async () => {
  const parent = stateFolder(await temporaryFolder()).root;
  await mkdir(join(parent, "real"));
  await symlink(join(parent, "real"), join(parent, "link"));
  expect(stateFolder(join(parent, "link")).root).toBe(join(parent, "real"));
  expect(stateFolder(join(parent, "link", "not", "there")).root).toBe(join(parent, "real", "not", "there"));
});

test.each([
  ["torn", '{"version": 3, "cho'],
  ["of a version that never was", JSON.stringify({ ...state, version: 0 })],
  ["without an identity", JSON.stringify({ ...state, stack: { id: "0a1b2c3d" } })],
  ["with another runtime", JSON.stringify({ ...state, choices: { ...choices, runtime: "remote" } })],
  ["with a port offset that is no number", JSON.stringify({ ...state, choices: { ...choices, portOffset: "1" } })],
  ["with a service in --only that is no text", JSON.stringify({ ...state, choices: { ...choices, only: ["kafka", 1] } })],
  ["with half the identity of a process", JSON.stringify({ ...state, services: [{ ...services[0], identity: { pid: 1 } }] })],
  ["with a service that nobody can identify", JSON.stringify({ ...state, services: [{ ...services[0], identity: undefined }] })],
])("readRunState() refuses a state that is %s", async (_, text) => {
  const folder = stateFolder(await temporaryFolder());
  await mkdir(folder.root, { recursive: true });
  await writeFile(folder.runFile, text);
  expect(await readError(folder)).toMatchObject({
    code: "state",
    message: `Cannot read "${folder.runFile}": it is damaged, or not a state file of streamctl`,
    hint: "Remove that file and stop the running services with: streamctl down. Or use another folder: --state-dir DIR",
  });
});

test("readRunState() migrates the choices of version 2, which had one sentence as the reason and separate fields for ksqlDB", async () => {
  const folder = stateFolder(await temporaryFolder());
  const place = { path: folder.root, device: "1", inode: "2" };
  const former = {
    runtime: "docker",
    processor: "ksqldb",
    why: "docker: x; ksqldb: y",
    portOffset: 7,
    only: ["kafka"],
    ksqldb: { home: "/opt/ksqldb" },
    abandonedKsqldb: "http://a:8088",
  };
  await mkdir(folder.root, { recursive: true });
  await writeFile(folder.runFile, JSON.stringify({ version: 2, stack: { id: "0a1b2c3d", place }, choices: former, services }));
  const reason = { code: "recorded", facts: { text: "docker: x; ksqldb: y" } };
  expect((await readRunState(folder))?.choices).toEqual({
    runtime: "docker",
    runtimeReason: reason,
    processor: "ksqldb",
    processorReason: reason,
    source: { home: "/opt/ksqldb" },
    abandoned: [{ processor: "ksqldb", source: { url: "http://a:8088" } }],
    portOffset: 7,
    only: ["kafka"],
  });
});

test("readRunState() names the version of a state written by a newer streamctl", async () => {
  const folder = stateFolder(await temporaryFolder());
  await writeFile(folder.runFile, JSON.stringify({ ...state, version: 4 }));
  expect(await readError(folder)).toMatchObject({
    code: "state",
    message: `Cannot read "${folder.runFile}": it was written by a newer streamctl (state version 4)`,
    hint: "Use the newer streamctl, or another folder: --state-dir DIR",
  });
});
