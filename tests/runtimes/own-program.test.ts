import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { runCommand } from "../../src/core/process.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { deno, environment, node, node24 } from "./runtimes.ts";

const entry = join(import.meta.dir, "fixtures/own-program-entry.ts");

async function printedBy(program: string, args: readonly string[]): Promise<string> {
  const { exitCode, output } = await runCommand({ program, args, env: environment });
  expect(exitCode).toBe(0);
  return output;
}

async function built(...options: readonly string[]): Promise<string> {
  const file = join(await temporaryFolder(), "own-program.mjs");
  const { exitCode, output } = await runCommand({ program: process.execPath, args: ["build", ...options, entry, "--outfile", file] });
  expect([exitCode, output]).toEqual([0, expect.any(String)]);
  return file;
}

describe("ownProgram()", () => {
  const again = "again --mark streamctl.service=0/x";

  test("starts the same sources with the same runtime", async () => {
    expect(await printedBy(process.execPath, [entry])).toBe(again);
    expect(await printedBy(deno, ["run", "-A", entry])).toBe(again);
    expect(await printedBy(node24, [entry])).toBe(again);
  });

  test("starts the same bundle, and the executable by itself", async () => {
    expect(await printedBy(node, [await built("--target=node")])).toBe(again);
    expect(await printedBy(await built("--compile"), [])).toBe(again);
  });
});
