import { expect, test } from "bun:test";
import { join } from "node:path";
import { signalProcess } from "../../../src/core/process.ts";
import { Children } from "../../../src/stack/local/children.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

test("endOf() tells how a process ended that was started here, and is undefined for others", async () => {
  const log = join(await temporaryFolder(), "log");
  const children = new Children();
  const killed = await children.start({ program: "sleep", args: ["60"] }, log);
  await signalProcess(killed, "SIGKILL");
  expect(await children.endOf(killed.pid)).toEqual({ exitCode: null, signal: "SIGKILL", outOfMemory: false });
  const ended = await children.start({ program: "sh", args: ["-c", "sleep 0.2; exit 3"] }, log);
  expect(await children.endOf(ended.pid)).toEqual({ exitCode: 3, signal: null, outOfMemory: false });
  // As a JVM after SIGTERM.
  const stopped = await children.start({ program: "sh", args: ["-c", "sleep 0.2; exit 143"] }, log);
  expect(await children.endOf(stopped.pid)).toEqual({ exitCode: null, signal: "SIGTERM", outOfMemory: false });
  expect(await children.endOf(1)).toBeUndefined();
});

test("endOf() reports an OOM kill for SIGKILL when the kernel counted one meanwhile", async () => {
  const log = join(await temporaryFolder(), "log");
  let kills = 7;
  const children = new Children(async () => kills);
  const killed = await children.start({ program: "sleep", args: ["60"] }, log);
  await signalProcess(killed, "SIGKILL");
  expect(await children.endOf(killed.pid)).toEqual({ exitCode: null, signal: "SIGKILL", outOfMemory: false });
  kills = 8;
  expect(await children.endOf(killed.pid)).toEqual({ exitCode: null, signal: "SIGKILL", outOfMemory: true });
  expect(await children.endOf(1)).toEqual({ exitCode: null, signal: null, outOfMemory: true });
});
