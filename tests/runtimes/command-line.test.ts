/** Deno and Node answer as the executable does, word by word, on both streams: no warning of theirs, no colour, no trace. */

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { argumentsOf, goldenRuns, sha256 } from "../data/golden-runs.ts";
import { run } from "../e2e/streamctl.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { bundle, environment, node, runtimes } from "./runtimes.ts";

const lines: readonly (readonly string[])[] = [
  ["--version"],
  ["--help"],
  ["data", "--help"],
  ["query", "-h"],
  [],
  ["dta"],
  ["up", "--prot-offset", "1"],
  ["up", "--dry-run", "--port-offset", "20000"],
  ["up", "--dry-run", "--json"],
  ["data", "-n", "1e3"],
  ["data", "-n", "1"],
  ["query", " ; "],
  ["query", "-f", "no-such-file", "--json"],
  ["verify", "--wait", "60"],
  ["status"],
  ["logs", "kafak"],
];

describe.each(runtimes)("$name", ({ name, program }) => {
  test.each(goldenRuns)("makes the bytes of a dry run of $what", async (golden) => {
    const outcome = await run(["data", "--dry-run", ...argumentsOf(golden)], { program, env: environment });
    expect({ ...outcome, stdout: sha256(outcome.stdout) }).toEqual({ exitCode: 0, stdout: golden.dryRun, stderr: "" });
  });

  test.each([{ args: ["data", "--dry-run", "-n", "100000"] }, { args: ["--version"] }])(
    "a full disk behind the output of $args is a failure",
    async ({ args }) => {
      const intoFull = ["/bin/sh", "-c", '"$@" > /dev/full', "sh", ...program];
      const { exitCode, stderr } = await run(args, { program: intoFull, env: environment, timeoutMs: 30_000 });
      expect(stderr).toMatch(
        /^error: Cannot write to standard output: .*no space left on device.*\nhint: Look at where the output goes\n$/iu,
      );
      expect(exitCode).toBe(1);
    },
  );

  if (name !== "the executable") {
    test.each(lines.map((args) => ({ args, typed: args.join(" ") })))("streamctl $typed", async ({ args }) => {
      const options = { cwd: await temporaryFolder(), env: environment };
      expect(await run(args, { ...options, program })).toEqual(await run(args, options));
    });
  }
});

test("the bundle says where the addon belongs when it is not beside it", async () => {
  const folder = await temporaryFolder();
  const alone = join(folder, "streamctl.mjs");
  await copyFile(bundle, alone);
  expect(await run(["data", "-n", "1", "-q", "--brokers", "127.0.0.1:1"], { program: [node, alone], cwd: folder })).toEqual({
    exitCode: 1,
    stdout: "",
    stderr:
      `error: Cannot load the native addon "${folder}/streamctl_native.node": there is no such file\n` +
      "hint: Keep it beside the program, where make node writes it\n",
  });
});
