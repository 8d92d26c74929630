import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { getPriority, constants } from "node:os";

const program = `
  import { readdirSync } from "node:fs";
  import { getPriority } from "node:os";
  import { yieldToOthers } from ${JSON.stringify(new URL("../../src/core/priority.ts", import.meta.url).pathname)};
  yieldToOthers();
  yieldToOthers();
  console.log(JSON.stringify(readdirSync("/proc/self/task").map((thread) => getPriority(Number(thread)))));
`;

test.skipIf(process.platform !== "linux")(
  "yieldToOthers() gives the lowest priority to every thread of its process, and to no other",
  async () => {
    const { stdout, exited } = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", detached: true });
    const priorities = (await new Response(stdout).json()) as readonly number[];
    expect([await exited, new Set(priorities)]).toEqual([0, new Set([constants.priority.PRIORITY_LOW])]);
    expect(priorities.length).toBeGreaterThan(1);
    const own = await readdir("/proc/self/task");
    expect(own.map((thread) => getPriority(Number(thread))).every((priority) => priority < constants.priority.PRIORITY_LOW)).toBe(true);
  },
);
