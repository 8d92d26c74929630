import { expect, test } from "bun:test";
import type { Disk } from "../../src/core/disk.ts";
import { silentLog } from "../../src/core/log.ts";
import { identifyProcess } from "../../src/core/process.ts";
import { localRuntime } from "../../src/stack/local/runtime.ts";
import type { ServiceEnd } from "../../src/stack/runtime.ts";
import { describeEnd, exitError, endOfExitCode } from "../../src/stack/service-end.ts";
import { stateFolder } from "../../src/state/state-folder.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test.each([
  [undefined, "exit code unknown"],
  [{ exitCode: 1, signal: null, outOfMemory: false }, "exit code 1"],
  [{ exitCode: null, signal: "SIGSEGV", outOfMemory: false }, "killed by SIGSEGV"],
  [{ exitCode: null, signal: "SIGKILL", outOfMemory: true }, "killed by the system, probably for lack of memory"],
] satisfies (readonly [ServiceEnd | undefined, string])[])("describeEnd(%j) is %j", (end, text) => {
  expect(describeEnd(end)).toBe(text);
});

test("endOfExitCode() reads a signal from an exit code above 128", () => {
  expect(endOfExitCode(0, false)).toEqual({ exitCode: 0, signal: null, outOfMemory: false });
  expect(endOfExitCode(137, true)).toEqual({ exitCode: null, signal: "SIGKILL", outOfMemory: true });
  expect(endOfExitCode(143, false)).toEqual({ exitCode: null, signal: "SIGTERM", outOfMemory: false });
  expect(endOfExitCode(255, false)).toEqual({ exitCode: 255, signal: null, outOfMemory: false });
});

const roomy: Disk = { mountPoint: "/data", sizeBytes: 500e9, freeBytes: 100e9 };

async function exited(end: ServiceEnd | undefined, lines: readonly string[], disk = roomy) {
  const identity = await identifyProcess(process.pid);
  if (identity === undefined) throw new Error("no /proc");
  const folder = stateFolder(await temporaryFolder());
  const runtime = localRuntime({ folder, stackId: undefined, cacheDir: () => "/nowhere", log: silentLog });
  return await exitError("pinot", identity, "before it was ready", {
    ...runtime,
    endOf: async () => end,
    tailLog: async () => lines,
    diskOf: async () => disk,
  });
}

test("exitError() shows the log of a service that exited by itself, and recognizes an OutOfMemoryError", async () => {
  const lines = ["java.lang.OutOfMemoryError: Java heap space"];
  expect(await exited({ exitCode: 3, signal: null, outOfMemory: false }, lines)).toMatchObject({
    message: "pinot exited unexpectedly before it was ready: exit code 3",
    detail: "java.lang.OutOfMemoryError: Java heap space",
    hint: expect.stringContaining("Free some memory"),
  });
  expect(await exited(undefined, ["2026-01-01 ERROR why"])).toMatchObject({
    message: "pinot exited unexpectedly before it was ready: exit code unknown",
    detail: "2026-01-01 ERROR why",
    hint: "Run: streamctl up (see the log with: streamctl logs pinot)",
  });
});

test("exitError() does not search the log of a service that was killed", async () => {
  expect(await exited({ exitCode: null, signal: "SIGKILL", outOfMemory: true }, ["2026-01-01 ERROR unrelated"])).toMatchObject({
    message: "pinot exited unexpectedly before it was ready: killed by the system, probably for lack of memory",
    detail: "",
  });
});

test("exitError() names a disk that is full, or was full according to the log", async () => {
  const end = { exitCode: 1, signal: null, outOfMemory: false };
  expect(await exited(end, [], { mountPoint: "/data", sizeBytes: 157e6, freeBytes: 0 })).toMatchObject({
    code: "no-space",
    message: 'pinot exited unexpectedly before it was ready: exit code 1; its disk is full: "/data" (157 MB, 0 MB free)',
    hint: expect.stringContaining("Free some disk space"),
  });
  expect(await exited(end, ["2026-01-01 ERROR x", "java.io.IOException: No space left on device"])).toMatchObject({
    code: "no-space",
    message: 'pinot exited unexpectedly before it was ready: exit code 1; its disk was full: "/data" (500.0 GB, 100.0 GB free)',
  });
});
