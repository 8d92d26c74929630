import { expect, test } from "bun:test";

test("a process closes its clients on exit, even with work in progress", async () => {
  const program = new URL("fixtures/exiting-entry.ts", import.meta.url).pathname;
  const child = Bun.spawn([process.execPath, program], { stdout: "pipe", stderr: "inherit" });
  const { before, after } = JSON.parse(await new Response(child.stdout).text());
  expect(before).toBeGreaterThan(5);
  expect(after).toBe(0);
  expect(await child.exited).toBe(3);
});
