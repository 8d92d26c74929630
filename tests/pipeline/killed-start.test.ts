import { expect, test } from "bun:test";
import { silentLog } from "../../src/core/log.ts";
import { identifyProcess } from "../../src/core/process.ts";
import { readStack, recoverKilledStart } from "../../src/pipeline/killed-start.ts";
import { newStackId } from "../../src/state/stack-identity.ts";
import { identityFor, readRunState, writeRunState, type RunState, type StartIntent } from "../../src/state/run-state.ts";
import { stateFolder, type StateFolder } from "../../src/state/state-folder.ts";
import { markedProcess } from "../stack/marked-process.ts";
import { someChoices } from "../state/some-choices.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const intent = (name: string): StartIntent => ({ name, definitionHash: `hash of ${name}`, endpoint: "e", startedAtMs: 5 });

/** The state of a stack whose `up` was killed while it started these services. */
async function killed(...starting: readonly string[]): Promise<{ readonly folder: StateFolder; readonly state: RunState }> {
  const folder = stateFolder(await temporaryFolder());
  const stack = { ...(await identityFor(folder, undefined)), id: newStackId() };
  const state: RunState = { version: 3, stack, choices: someChoices, services: [], starting: starting.map(intent), resources: [] };
  await writeRunState(folder, state);
  return { folder, state };
}

test("readStack() returns the services that a killed up had started, and writes nothing", async () => {
  const { folder, state } = await killed("kafka", "pinot");
  const identity = await markedProcess(state.stack.id, folder, "kafka");
  const expected = { ...state, services: [{ ...intent("kafka"), identity }], starting: [] };
  expect(await readStack({ folder, log: silentLog })).toEqual(expected);
  expect(await readRunState(folder)).toEqual(state);
});

test("readStack() counts a process that prepares a service as the service, and recoverKilledStart() ends it", async () => {
  const { folder, state } = await killed("kafka");
  const identity = await markedProcess(state.stack.id, folder, "kafka", "prepare");
  expect((await readStack({ folder, log: silentLog }))?.services).toEqual([{ ...intent("kafka"), identity }]);
  await recoverKilledStart({ folder, log: silentLog });
  expect(await readRunState(folder)).toEqual({ ...state, starting: [] });
  expect(await identifyProcess(identity.pid)).toBeUndefined();
});

test("recoverKilledStart() records what it finds, even if its program is executed a moment later", async () => {
  const { folder, state } = await killed("kafka", "zookeeper");
  const settled = recoverKilledStart({ folder, log: silentLog });
  const identity = await markedProcess(state.stack.id, folder, "zookeeper");
  await settled;
  expect(await readRunState(folder)).toEqual({ ...state, services: [{ ...intent("zookeeper"), identity }], starting: [] });
});
