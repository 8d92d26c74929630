import { expect, test } from "bun:test";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { identifyProcess } from "../../../src/core/process.ts";
import { silentLog } from "../../../src/core/log.ts";
import { markedProcesses } from "../../../src/stack/local/marks.ts";
import { localRuntime } from "../../../src/stack/local/runtime.ts";
import { newStackId } from "../../../src/state/stack-identity.ts";
import { stateFolder } from "../../../src/state/state-folder.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { markedProcess } from "../marked-process.ts";

// Another run of these tests may be in progress.
const [ourId, thirdId] = [newStackId(), newStackId()];

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

test("endOrphans() of the local runtime ends processes that prepare the data of a service, and no services", async () => {
  const folder = stateFolder(await temporaryFolder());
  const runtime = localRuntime({ folder, stackId: thirdId, cacheDir: () => "/nowhere", log: silentLog });
  const preparing = await markedProcess(thirdId, folder, "kafka", "prepare");
  const kafka = await markedProcess(thirdId, folder, "kafka");
  await runtime.endOrphans();
  expect(await identifyProcess(preparing.pid)).toBeUndefined();
  expect(await runtime.running()).toEqual([{ name: "kafka", identity: kafka }]);
});
