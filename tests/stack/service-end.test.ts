import { expect, test } from "bun:test";
import { identifyProcess } from "../../src/core/process.ts";
import { endOfExitCode, describeEnd, diedError } from "../../src/stack/service-end.ts";
import { localRuntime } from "../../src/stack/local/runtime.ts";
import { silentLog } from "../../src/core/log.ts";
import { stateFolder } from "../../src/stack/run-state.ts";
import type { ServiceEnd } from "../../src/stack/runtime.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test.each([
  [undefined, "ended"],
  [{ exitCode: 1, signal: null, outOfMemory: false }, "ended with exit code 1"],
  [{ exitCode: null, signal: "SIGSEGV", outOfMemory: false }, "was killed by SIGSEGV"],
  [{ exitCode: null, signal: "SIGKILL", outOfMemory: true }, "was killed by the system, probably for lack of memory"],
] satisfies (readonly [ServiceEnd | undefined, string])[])("describeEnd(%j) is %j", (end, text) => {
  expect(describeEnd(end)).toBe(text);
});

test("endOfExitCode() reads a signal from an exit code above 128", () => {
  expect(endOfExitCode(0, false)).toEqual({ exitCode: 0, signal: null, outOfMemory: false });
  expect(endOfExitCode(137, true)).toEqual({ exitCode: null, signal: "SIGKILL", outOfMemory: true });
  expect(endOfExitCode(143, false)).toEqual({ exitCode: null, signal: "SIGTERM", outOfMemory: false });
  expect(endOfExitCode(255, false)).toEqual({ exitCode: 255, signal: null, outOfMemory: false });
});

async function died(end: ServiceEnd | undefined, lines: readonly string[]) {
  const identity = await identifyProcess(process.pid);
  if (identity === undefined) throw new Error("no /proc");
  const folder = stateFolder(await temporaryFolder());
  const runtime = localRuntime({ folder, stackId: undefined, cacheDir: () => "/nowhere", log: silentLog });
  return await diedError("pinot", identity, "before it was ready", { ...runtime, endOf: async () => end, tailLog: async () => lines });
}

test("diedError() shows the log of a service that ended by itself, and tells when it was for memory", async () => {
  const lines = ["java.lang.OutOfMemoryError: Java heap space"];
  expect(await died({ exitCode: 3, signal: null, outOfMemory: false }, lines)).toMatchObject({
    message: "pinot died before it was ready: its process ended with exit code 3",
    detail: "java.lang.OutOfMemoryError: Java heap space",
    hint: expect.stringContaining("Free some memory"),
  });
  expect(await died(undefined, ["2026-01-01 ERROR why"])).toMatchObject({
    message: "pinot died before it was ready: its process ended",
    detail: "2026-01-01 ERROR why",
    hint: "Start it again with: streamctl up; see its log with: streamctl logs pinot",
  });
});

test("diedError() does not look for the cause in the log of a service that somebody killed", async () => {
  expect(await died({ exitCode: null, signal: "SIGKILL", outOfMemory: true }, ["2026-01-01 ERROR unrelated"])).toMatchObject({
    message: "pinot died before it was ready: its process was killed by the system, probably for lack of memory",
    detail: "",
  });
});
