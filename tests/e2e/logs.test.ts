/** `logs -f` with the executable, on a log that no engine writes: what its reader does is what counts. */

import { describe, expect, test } from "bun:test";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { residentBytes } from "../../src/core/process.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { executable } from "./streamctl.ts";

/** Of 100 bytes each. */
const lines = 500_000;

/** Follows a log that grows by 50 MB while nobody reads; answers the process, and by how many bytes it grew meanwhile. */
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
  // Several looks at the log.
  await Bun.sleep(2000);
  return { child, grownBytes: ((await residentBytes(pid)) ?? 0) - before };
}

describe("logs -f whose output nobody reads", () => {
  test("needs no more memory, and shows every line in its order to who begins to read", async () => {
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

  test("ends at once when it is interrupted", async () => {
    const { child } = await followUnread();
    const startMs = performance.now();
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
    expect(performance.now() - startMs).toBeLessThan(1500);
  });
});
