/** `logs -f` of the executable, on a log that the test writes, with readers that stop reading. */

import { describe, expect, test } from "bun:test";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { residentBytes } from "../../src/core/process.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { executable } from "./streamctl.ts";

/** Lines of 100 bytes. */
const lines = 500_000;

/** Follows a log that grows by 50 MB while its output is not read; returns the process, and the growth of its memory in bytes. */
async function followUnread(): Promise<{ readonly child: ChildProcess; readonly grownBytes: number }> {
  const folder = await temporaryFolder();
  const log = join(folder, "log/kafka.log");
  await mkdir(join(folder, "log"));
  await appendFile(log, "first\n");
  const child = spawn(executable, ["--state-dir", folder, "logs", "kafka", "-f"], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "readable");
  const pid = child.pid ?? 0;
  const before = (await residentBytes(pid)) ?? 0;
  for (let at = 0; at < lines; at += 10_000) {
    await appendFile(log, Array.from({ length: 10_000 }, (_, index) => `${String(at + index).padEnd(99)}\n`).join(""));
  }
  // Long enough for several reads of the log.
  await Bun.sleep(2000);
  return { child, grownBytes: ((await residentBytes(pid)) ?? 0) - before };
}

describe("logs -f with an output that is not read", () => {
  test("uses no more memory, and shows every line in order when reading begins", async () => {
    const { child, grownBytes } = await followUnread();
    expect(grownBytes).toBeLessThan(20_000_000);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of (child.stdout ?? process.stdin) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= "first\n".length + lines * 100) break;
    }
    const shown = Buffer.concat(chunks).toString().trimEnd().split("\n");
    expect(shown.length).toBe(lines + 1);
    expect(shown.findIndex((line, index) => line.trimEnd() !== (index === 0 ? "first" : String(index - 1)))).toBe(-1);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
  });

  test("ends at once when the signal fires", async () => {
    const { child } = await followUnread();
    const startMs = performance.now();
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
    expect(performance.now() - startMs).toBeLessThan(1500);
  });
});
