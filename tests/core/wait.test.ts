import { once } from "node:events";
import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { AwakeTime, Deadline, WatchedTime } from "../../src/core/wait.ts";

test.each([4.2, 0, -3])("Deadline accepts any remaining time, also %d ms", async (ms) => {
  const signal = new Deadline(ms).signal;
  await once(signal, "abort");
  expect(signal.reason.name).toBe("TimeoutError");
});

test("AwakeTime counts the time between readings, but not a jump of the clock", () => {
  let nowMs = 5000;
  const time = new AwakeTime(() => nowMs);
  const after = (ms: number): number => {
    nowMs += ms;
    return time.read();
  };
  expect([after(0), after(400), after(1000), after(65_000), after(100)]).toEqual([0, 400, 1400, 2400, 2500]);
  expect(time.skippedMs).toBe(64_000);
});

test("WatchedTime counts on for more than a second without a reading, and stops after release()", async () => {
  const [watched, released] = [new WatchedTime(), new WatchedTime()];
  released.release();
  await once(new Deadline(1500).signal, "abort");
  expect([watched.read() >= 1450, released.read()]).toEqual([true, 1000]);
  watched.release();
});

test("Deadline does not fire after release()", async () => {
  const released = new Deadline(20);
  released.release();
  await once(new Deadline(200).signal, "abort");
  expect([released.signal.aborted, released.remainingMs]).toEqual([false, 0]);
});

test("Deadline counts only time in which its process runs, not time in which it is stopped", async () => {
  const program = `
    import { Deadline } from ${JSON.stringify(new URL("../../src/core/wait.ts", import.meta.url).pathname)};
    const within = new Deadline(2500);
    within.signal.addEventListener("abort", () => console.log("over"));
    console.log("ready");
    process.stdin.once("data", () => {
      console.log(within.signal.aborted ? "fired" : within.remainingMs > 1000 ? "left" : "used up");
      setInterval(() => within.signal.aborted && process.exit(), 50);
    });
  `;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  const said: string[] = [];
  const lines = async (count: number): Promise<void> => {
    while (said.length < count)
      said.push(
        ...String(await once(child.stdout, "data").then(([chunk]) => chunk))
          .trim()
          .split("\n"),
      );
  };
  await lines(1);
  child.kill("SIGSTOP");
  await once(new Deadline(3500).signal, "abort");
  child.kill("SIGCONT");
  child.stdin.write("go\n");
  await lines(3);
  expect(said).toEqual(["ready", "left", "over"]);
  await once(child, "exit");
});
