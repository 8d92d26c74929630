import { describe, expect, onTestFinished, test } from "bun:test";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { silentLog } from "../../src/core/log.ts";
import { pause, pollUntil } from "../../src/core/wait.ts";
import { type LineWriter, logs } from "../../src/pipeline/logs.ts";
import { type StateFolder, stateFolder } from "../../src/state/state-folder.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function folderWith(texts: Readonly<Partial<Record<"kafka" | "pinot", string>>>): Promise<StateFolder> {
  const folder = stateFolder(await temporaryFolder());
  for (const [name, text] of Object.entries(texts)) {
    const path = folder.logFile(name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return folder;
}

/** Follows until `interrupt()`, which is called at the latest at the end of the test. */
function follow(folder: StateFolder, write: LineWriter, service?: string) {
  const interruption = new AbortController();
  onTestFinished(() => interruption.abort());
  const request = { service, lines: 1000, follow: true };
  const end = logs(request, write, { folder, log: silentLog, signal: interruption.signal });
  return { end, interrupt: () => interruption.abort() };
}

const line = `${"x".repeat(99)}\n`;
const soon = { timeoutMs: 5000, what: "lines" };

describe("logs() following", () => {
  test("stops reading while its consumer does not read, and ends immediately when interrupted", async () => {
    const folder = await folderWith({ kafka: "first\n" });
    const stuck = Promise.withResolvers<void>();
    const asked: string[] = [];
    const { end, interrupt } = follow(folder, async (_, text) => {
      asked.push(text);
      await stuck.promise;
    });
    await pollUntil(async () => asked.length > 0 || undefined, soon);
    const megabyte = line.repeat(10_000);
    Bun.gc(true);
    const before = process.memoryUsage().rss;
    for (let count = 0; count < 50; count++) await appendFile(folder.logFile("kafka"), megabyte);
    // Several polling intervals.
    await Bun.sleep(1500);
    Bun.gc(true);
    expect(asked).toEqual(["first"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(25_000_000);
    const startMs = performance.now();
    interrupt();
    await end;
    expect(performance.now() - startMs).toBeLessThan(300);
  });

  test("writes every line once, in the order of each service, and alternates between services", async () => {
    const numbered = Array.from({ length: 500 }, (_, index) => `${index}\n`).join("");
    const folder = await folderWith({ kafka: numbered, pinot: numbered });
    const seen: string[] = [];
    const { end, interrupt } = follow(folder, async (service, text) => {
      // Simulates an output that is full repeatedly, at first until both logs are open.
      if (seen.length === 0) await pause(300);
      await nextTurn();
      seen.push(`${service} ${text}`);
    });
    await pollUntil(async () => seen.length === 1000 || undefined, soon);
    for (const service of ["kafka", "pinot"]) {
      const own = seen.filter((text) => text.startsWith(service));
      expect(own).toEqual(Array.from({ length: 500 }, (_, index) => `${service} ${index}`));
    }
    // Both logs existed from the start, so they make progress at about the same rate.
    const half = seen.slice(0, 500).filter((text) => text.startsWith("kafka")).length;
    expect(half).toBeWithin(50, 450);
    await appendFile(folder.logFile("pinot"), "later\n");
    await pollUntil(async () => seen.at(-1) === "pinot later" || undefined, soon);
    interrupt();
    await end;
  });

  test("ends with the failure of its writer", async () => {
    const folder = await folderWith({ kafka: line, pinot: line });
    const full = new Error("no space left");
    const { end } = follow(folder, async () => Promise.reject(full));
    expect(await end.catch((error: unknown) => error)).toBe(full);
  });
});
