import { describe, expect, onTestFinished, test } from "bun:test";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  cpuTimeMs,
  cpuTimeMsIn,
  followCommand,
  identifyProcess,
  isRunning,
  isStopped,
  processAgeMs,
  residentBytes,
  runCommand,
  signalProcess,
  signalWithChildren,
  startDetached,
} from "../../src/core/process.ts";
import { killProcess } from "../../src/core/end-process.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { temporaryFolder } from "../temporary-folder.ts";

describe("startDetached()", () => {
  test("starts a process with its output in the log and an identity beyond its pid", async () => {
    const log = join(await temporaryFolder(), "log");
    const identity = await startDetached({ program: "sh", args: ["-c", "echo hello; exec sleep 60"] }, log);
    const said = async (): Promise<true | undefined> => ((await readFile(log, "utf8")) === "hello\n" ? true : undefined);
    await pollUntil(said, { timeoutMs: 5000, what: "its word" });
    expect(await isRunning(identity)).toBe(true);
    expect(await isRunning({ ...identity, startTicks: identity.startTicks + 1 })).toBe(false);
    expect(await isRunning({ ...identity, bootId: "another boot" })).toBe(false);
    expect(await residentBytes(identity.pid)).toBeGreaterThan(0);
    expect(await signalProcess({ ...identity, startTicks: 1 }, "SIGKILL")).toBe(false);
    expect(await signalProcess(identity, "SIGKILL")).toBe(true);
    const ended = async (): Promise<true | undefined> => ((await isRunning(identity)) ? undefined : true);
    await pollUntil(ended, { timeoutMs: 30_000, what: "its end" });
    expect(await signalProcess(identity, "SIGTERM")).toBe(false);
  });

  test("names the program that does not exist", async () => {
    const log = join(await temporaryFolder(), "log");
    const failure: unknown = await startDetached({ program: "no-such-program", args: [] }, log).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "prerequisite", message: 'Cannot start "no-such-program": no such program on the PATH' });
  });
});

test("cpuTimeMs() adds up the time in user mode and in the kernel, whatever a process is called", async () => {
  const line = (name: string, user: number, system: number): string =>
    `7 (${name}) S 1 7 7 0 -1 4194560 210 5 0 3 ${user} ${system} 0 0 20 0 1 0 812345 5000 300 18446744073709551615 1`;
  expect(cpuTimeMsIn(`${line("java", 20, 5)}\n${line("a) R (b", 100, 0)}\n`)).toBe(1250);
  expect(cpuTimeMsIn("cat: /proc/9/stat: No such file or directory\n")).toBeUndefined();
  const before = (await cpuTimeMs(process.pid)) ?? 0;
  // By its own count of processor time: on a busy machine the time of day passes faster.
  const started = process.cpuUsage();
  for (let used = process.cpuUsage(started); used.user + used.system < 100_000;) used = process.cpuUsage(started);
  expect((await cpuTimeMs(process.pid)) ?? 0).toBeGreaterThanOrEqual(before + 30);
});

test("a process runs until its last thread has ended", async () => {
  const log = join(await temporaryFolder(), "log");
  // Ends only the first thread (60 is exit on x86_64): a zombie with a live thread, as a killed engine is for a moment.
  const program = [
    "import ctypes, threading, time",
    "threading.Thread(target=time.sleep, args=[60]).start()",
    "ctypes.CDLL(None).syscall(60, 0)",
  ].join("\n");
  const identity = await startDetached({ program: "python3", args: ["-c", program] }, log);
  const zombie = async (): Promise<true | undefined> =>
    (await readFile(`/proc/${identity.pid}/stat`, "utf8")).includes(") Z ") ? true : undefined;
  await pollUntil(zombie, { timeoutMs: 30_000, what: "the end of its first thread" });
  expect(await isRunning(identity)).toBe(true);
  expect(await signalProcess(identity, "SIGKILL")).toBe(true);
  const ended = async (): Promise<true | undefined> => ((await isRunning(identity)) ? undefined : true);
  await pollUntil(ended, { timeoutMs: 30_000, what: "its end" });
});

test("signalWithChildren() also signals the processes that a detached one has started", async () => {
  const log = join(await temporaryFolder(), "log");
  const identity = await startDetached({ program: "sh", args: ["-c", "sleep 60 & echo $!; wait"] }, log);
  const child = async () => await identifyProcess(Number((await readFile(log, "utf8")).trim()));
  const found = await pollUntil(child, { timeoutMs: 5000, what: "the child" });
  const areStopped = async (): Promise<string> => [await isStopped(identity), await isStopped(found)].join();
  const reach = async (wanted: string): Promise<void> => {
    const look = async (): Promise<true | undefined> => ((await areStopped()) === wanted ? true : undefined);
    await pollUntil(look, { timeoutMs: 5000, what: wanted });
  };
  expect(await signalWithChildren({ ...identity, startTicks: 1 }, "SIGSTOP")).toBe(false);
  expect(await signalWithChildren(identity, "SIGSTOP")).toBe(true);
  await reach("true,true");
  expect(await signalWithChildren(identity, "SIGCONT")).toBe(true);
  await reach("false,false");
  expect(await killProcess(identity, "the shell")).toBe(true);
  const ended = async (): Promise<true | undefined> => ((await isRunning(found)) ? undefined : true);
  await pollUntil(ended, { timeoutMs: 5000, what: "the end of the child" });
  expect(await killProcess(identity, "the shell")).toBe(false);
});

describe("runCommand()", () => {
  test("returns exit code and output, and passes on each line as it arrives", async () => {
    const lines: string[] = [];
    const result = await runCommand({ program: "sh", args: ["-c", "echo one; echo two; exit 3"] }, { onLine: (line) => lines.push(line) });
    expect(result).toEqual({ exitCode: 3, output: "one\ntwo" });
    expect(lines).toEqual(["one", "two"]);
  });

  test("gives the program the allowed environment variables, or all of them on request", async () => {
    process.env["JAVA_TOOL_OPTIONS"] = "-Xmx1m";
    onTestFinished(() => void delete process.env["JAVA_TOOL_OPTIONS"]);
    const command = { program: "sh", args: ["-c", 'echo "${JAVA_TOOL_OPTIONS-unset} $LC_ALL $OWN"'], env: { OWN: "x" } };
    expect((await runCommand(command)).output).toBe("unset C.UTF-8 x");
    expect((await runCommand({ ...command, inherits: "all" })).output).toStartWith("-Xmx1m ");
  });

  test("ends the program when the signal fires", async () => {
    const controller = new AbortController();
    const running = runCommand({ program: "sleep", args: ["60"] }, { signal: controller.signal });
    controller.abort();
    expect(await running.catch((error: unknown) => error)).toMatchObject({ code: "interrupted" });
  });
});

describe("identifyProcess()", () => {
  test("returns undefined for an unused pid", async () => {
    expect(await identifyProcess(2 ** 22 + 1)).toBeUndefined();
  });
});

test("processAgeMs() counts from the start of a process, by the time since boot", async () => {
  const self = await identifyProcess(process.pid);
  if (!self) throw new Error("this process has no identity");
  const [age, known] = [await processAgeMs(self), process.uptime() * 1000];
  // Both have a resolution of 10 ms.
  expect(age).toBeGreaterThan(known - 100);
  expect(await processAgeMs({ ...self, startTicks: self.startTicks - 360_000 })).toBeGreaterThan(known + 3_599_900);
});

describe("followCommand()", () => {
  const never = new AbortController().signal;

  test("passes on the lines of both streams, and reports when the program ended", async () => {
    const lines: string[] = [];
    const script = "echo one; echo two >&2; printf three";
    const startMs = Date.now();
    const { endedAtMs } = await followCommand({ program: "sh", args: ["-c", script] }, async (line) => void lines.push(line), never);
    expect(lines.toSorted()).toEqual(["one", "three", "two"]);
    expect(endedAtMs).toBeWithin(startMs, Date.now() + 1);
  });

  test("names the program that does not exist, and throws what `onLine` throws", async () => {
    const ignore = async (): Promise<void> => {};
    const failureOf = async (promise: Promise<unknown>): Promise<unknown> => await promise.catch((error: unknown) => error);
    expect(await failureOf(followCommand({ program: "streamctl-nothing", args: [] }, ignore, never))).toMatchObject({
      code: "prerequisite",
    });
    const full = new Error("full");
    expect(await failureOf(followCommand({ program: "yes", args: [] }, async () => await Promise.reject(full), never))).toBe(full);
  });

  test("stops reading until `onLine` has finished, and ends at once when the signal fires", async () => {
    const interruption = new AbortController();
    const { signal } = interruption;
    const folder = await temporaryFolder();
    let lines = 0;
    const stuck = async (): Promise<void> => {
      lines += 1;
      await once(signal, "abort");
    };
    // Counts the megabytes that its reader has read.
    const script = `while head -c 1000000 /dev/zero | tr '\\0' '\\n'; do echo >> ${folder}/taken; done`;
    const following = followCommand({ program: "sh", args: ["-c", script] }, stuck, signal);
    await Bun.sleep(700);
    interruption.abort();
    const startMs = performance.now();
    await following;
    expect([lines, existsSync(join(folder, "taken"))]).toEqual([1, false]);
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});

describe("runCommand() interrupted", () => {
  test("rejects after the program has ended, not while it still cleans up", async () => {
    const mark = join(await temporaryFolder(), "mark");
    const interruption = new AbortController();
    const script = `trap 'sleep 0.1; echo tidied > "${mark}"; exit 0' TERM; echo ready; while :; do sleep 0.02; done`;
    const running = runCommand(
      { program: "sh", args: ["-c", script] },
      { signal: interruption.signal, onLine: () => interruption.abort() },
    ).catch((error: unknown) => error);
    expect(await running).toMatchObject({ code: "interrupted" });
    expect(await readFile(mark, "utf8")).toBe("tidied\n");
  });

  test("rejects when the signal has already fired", async () => {
    const running = runCommand({ program: "sleep", args: ["60"] }, { signal: AbortSignal.abort() }).catch((error: unknown) => error);
    expect(await running).toMatchObject({ code: "interrupted" });
  });
});
