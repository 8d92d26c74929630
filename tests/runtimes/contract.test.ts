/** The addon's contract (tests/kafka/contract) in every runtime. Bun runs it in `make check`, and here again to compare the names of the tests. */

import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "bun:test";
import { runCommand } from "../../src/core/process.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { deno, environment, node, node24 } from "./runtimes.ts";

const contract = resolve(import.meta.dir, "../kafka/contract");

interface Suite {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

/** @param passed prefix of a test that passed, `failed` of one that did not */
async function runSuite(program: string, args: readonly string[], passed: RegExp, failed: RegExp): Promise<Suite> {
  const { output, exitCode } = await runCommand({ program, args, env: environment });
  const names = (pattern: RegExp): string[] => [...output.matchAll(pattern)].map(([, name = ""]) => name.trim()).toSorted();
  const suite = { passed: names(passed), failed: names(failed) };
  if (exitCode !== 0 && suite.failed.length === 0) throw new Error(`${program} ended with ${exitCode}\n${output}`);
  return suite;
}

/** A skipped test did not pass. */
const tapPassed = /^ok \d+ - ((?:(?! # SKIP).)*)$/gmu;
const tapFailed = /^not ok \d+ - (.*)$/gmu;

async function contractFiles(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => /\.test\.(?:ts|mjs)$/u.test(name)).map((name) => join(folder, name));
}

/** The suite for a Node without type stripping: each file as a bundle, next to the addon. */
async function bundledContract(): Promise<readonly string[]> {
  const folder = await temporaryFolder();
  const files = (await readdir(contract)).map((name) => join(contract, name));
  const naming = ["--entry-naming", "[name].mjs", "--asset-naming", "[name].[ext]"];
  const { exitCode, output } = await runCommand({
    program: process.execPath,
    args: ["build", "--target=node", "--outdir", folder, ...naming, ...files],
  });
  if (exitCode !== 0) throw new Error(output);
  return await contractFiles(folder);
}

describe("the addon's contract", () => {
  let names: readonly string[] = [];

  beforeAll(async () => {
    const { passed, failed } = await runSuite(
      process.execPath,
      ["test", "--timeout", "30000", contract],
      /^\(pass\) (.*?)(?: \[[\d.]+ms\])?$/gmu,
      /^\(fail\) (.*)$/gmu,
    );
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThan(30);
    names = passed;
  });

  test("holds in Deno", async () => {
    const args = ["test", "-A", "--no-check", "--reporter=tap", contract];
    expect(await runSuite(deno, args, tapPassed, tapFailed)).toEqual({ passed: names, failed: [] });
  });

  test("holds in Node with the sources", async () => {
    const args = ["--test", "--test-reporter=tap", ...(await contractFiles(contract))];
    expect(await runSuite(node24, args, tapPassed, tapFailed)).toEqual({ passed: names, failed: [] });
  });

  test("holds in this machine's Node with a bundle", async () => {
    const args = ["--test", "--test-reporter=tap", ...(await bundledContract())];
    expect(await runSuite(node, args, tapPassed, tapFailed)).toEqual({ passed: names, failed: [] });
  });
});
