import { expect, onTestFinished, test } from "bun:test";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { processesOfUser } from "../../../src/core/process-list.ts";
import { identifyProcess, startDetached } from "../../../src/core/process.ts";
import { pollUntil } from "../../../src/core/wait.ts";
import { silentLog } from "../../../src/core/log.ts";
import { markedProcesses, markOf } from "../../../src/stack/local/marks.ts";
import { localRuntime } from "../../../src/stack/local/runtime.ts";
import { newStackId } from "../../../src/state/stack-identity.ts";
import { stateFolder } from "../../../src/state/state-folder.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { markedProcess } from "../marked-process.ts";

// Another run of these tests may be in progress.
const [ourId, thirdId, fourthId] = [newStackId(), newStackId(), newStackId()];

test("markedProcesses() finds the engines of a stack by its id, or by a folder that was renamed or deleted", async () => {
  const parent = stateFolder(await temporaryFolder()).root;
  const [ours, other] = [stateFolder(join(parent, "ours")), stateFolder(join(parent, "other"))];
  const kafka = await markedProcess(ourId, ours, "kafka");
  const pinot = await markedProcess(newStackId(), other, "pinot");
  const found = [{ name: "kafka", identity: kafka }] as const;
  expect(await markedProcesses(ourId, ours)).toEqual(found);
  // A deleted state folder has no id.
  await rm(ours.root, { recursive: true });
  expect(await markedProcesses(undefined, ours)).toEqual(found);
  // A process whose folder has another name now does not belong to this one.
  const renamed = stateFolder(join(parent, "renamed"));
  await rename(other.root, renamed.root);
  expect(await markedProcesses(undefined, other)).toEqual([]);
  expect(await markedProcesses(undefined, renamed)).toEqual([{ name: "pinot", identity: pinot }]);
});

test("markedProcesses() takes an engine and the workers that it forked for one run, also after the program between them has ended", async () => {
  const folder = stateFolder(await temporaryFolder());
  const cwd = folder.dataDir("kafka");
  await mkdir(cwd, { recursive: true });
  const mark = markOf(fourthId, "kafka");
  // Subshells have the command line of their shell. The second one is orphaned. All end by themselves where the test was killed.
  const script = "( sleep 120; : ) & ( ( sleep 120; : ) & ); sleep 120; wait";
  const engine = await startDetached({ program: "bash", args: ["-c", script, "engine", mark], cwd }, "/dev/null");
  onTestFinished(() => void process.kill(-engine.pid, "SIGKILL"));
  const allOfThem = async (): Promise<true | undefined> =>
    (await processesOfUser((words) => words.includes(mark))).length === 3 ? true : undefined;
  await pollUntil(allOfThem, { timeoutMs: 10_000, what: "the workers" });
  expect(await markedProcesses(fourthId, folder)).toEqual([{ name: "kafka", identity: engine }]);
});

test("endOrphans() of the local runtime ends processes that prepare the data of a service, and no services", async () => {
  const folder = stateFolder(await temporaryFolder());
  const runtime = localRuntime({ folder, stackId: thirdId, cacheDir: () => "/nowhere", log: silentLog });
  const preparing = await markedProcess(thirdId, folder, "kafka", "prepare");
  const kafka = await markedProcess(thirdId, folder, "kafka");
  await runtime.endOrphans();
  expect(await identifyProcess(preparing.pid)).toBeUndefined();
  expect(await runtime.running()).toEqual([{ name: "kafka", identity: kafka }]);
});

test("endArchiving() of the local runtime kills processes that make class-data archives, which are no services", async () => {
  const folder = stateFolder(await temporaryFolder());
  const id = newStackId();
  const runtime = localRuntime({ folder, stackId: id, cacheDir: () => "/nowhere", log: silentLog });
  const maker = await markedProcess(id, folder, "kafka", "archive");
  const dump = await markedProcess(id, folder, "pinot", "archive/dump");
  const kafka = await markedProcess(id, folder, "kafka");
  await runtime.endOrphans();
  expect(await runtime.running()).toEqual([{ name: "kafka", identity: kafka }]);
  expect(await identifyProcess(maker.pid)).toEqual(maker);
  await runtime.endArchiving();
  const ended = async (): Promise<true | undefined> =>
    (await identifyProcess(maker.pid)) === undefined && (await identifyProcess(dump.pid)) === undefined ? true : undefined;
  await pollUntil(ended, { timeoutMs: 5000, what: "the processes to end" });
  expect(await identifyProcess(kafka.pid)).toEqual(kafka);
});
