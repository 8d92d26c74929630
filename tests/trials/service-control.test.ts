import { describe, expect, test } from "bun:test";
import { silentLog } from "../../src/core/log.ts";
import { isRunning, isStopped, type ProcessIdentity } from "../../src/core/process.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { readRunState, writeRunState } from "../../src/state/run-state.ts";
import { type StateFolder, stateFolder } from "../../src/state/state-folder.ts";
import { serviceControl } from "../../src/trials/service-control.ts";
import { failureOf } from "../processors/failure.ts";
import { markedProcess } from "../stack/marked-process.ts";
import { someChoices } from "../state/some-choices.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const stackId = "0a1b2c3d";

/** The state of a stack whose Kafka is a FAKE: a process that waits. */
async function fakeStack(change: Partial<ProcessIdentity> = {}) {
  const folder: StateFolder = stateFolder(await temporaryFolder());
  const identity = await markedProcess(stackId, folder, "kafka");
  const record = { name: "kafka", identity: { ...identity, ...change }, definitionHash: "h", endpoint: "e", startedAtMs: 0 };
  await writeRunState(folder, {
    version: 3,
    stack: { id: stackId, place: { path: folder.root, device: "1", inode: "2" } },
    choices: someChoices,
    services: [record],
    starting: [],
    resources: [],
  });
  return { folder, identity, control: serviceControl({ folder, log: silentLog, signal: new AbortController().signal }) };
}

describe("serviceControl()", () => {
  test("kills a service and leaves its record to the next up", async () => {
    const { folder, identity, control } = await fakeStack();
    await control.kill("kafka");
    expect(await isRunning(identity)).toBe(false);
    expect((await readRunState(folder))?.services.map(({ name }) => name)).toEqual(["kafka"]);
    expect(await failureOf(control.kill("kafka"))).toMatchObject({ code: "not-running" });
  });

  test("stops a service, and removes its record", async () => {
    const { folder, identity, control } = await fakeStack();
    await control.stop("kafka");
    expect(await isRunning(identity)).toBe(false);
    expect((await readRunState(folder))?.services).toEqual([]);
    expect(await failureOf(control.stop("kafka"))).toMatchObject({ code: "not-running" });
  });

  test("freezes a service until it is continued", async () => {
    const { identity, control } = await fakeStack();
    const thaw = await control.freeze("kafka");
    const becomes = async (stopped: boolean): Promise<void> => {
      const look = async (): Promise<true | undefined> => ((await isStopped(identity)) === stopped ? true : undefined);
      await pollUntil(look, { timeoutMs: 5000, what: stopped ? "the process to stop" : "the process to continue" });
    };
    await becomes(true);
    await thaw();
    await becomes(false);
  });

  test("signals no process that is not the recorded run, and none without a record", async () => {
    const { identity, control } = await fakeStack({ startTicks: 1 });
    const refused = [];
    for (const [fault, name] of [
      ["kill", "kafka"],
      ["freeze", "kafka"],
      ["stop", "kafka"],
      ["kill", "pinot"],
    ] as const)
      refused.push(await failureOf(control[fault](name)));
    expect(refused.map(String)).toEqual(
      ["kafka", "kafka", "kafka", "pinot"].map((name) => `StreamctlError: ${name} of this stack is not running`),
    );
    expect([await isRunning(identity), await isStopped(identity)]).toEqual([true, false]);
  });
});
