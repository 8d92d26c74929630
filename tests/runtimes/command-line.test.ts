/** On Deno and Node both output streams are identical to those of the executable: no runtime warnings, colours or stack traces. */

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "bun:test";
import { openDeclarations } from "../../src/core/assets.ts";
import { classPath } from "../../src/stack/local/engines.ts";
import { kafkaJars } from "../../src/stack/services/kafka.ts";
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
  test.each(goldenRuns)("writes the same bytes in a dry run of $what", async (golden) => {
    const outcome = await run(["data", "--dry-run", ...argumentsOf(golden)], { program, env: environment });
    expect({ ...outcome, stdout: sha256(outcome.stdout) }).toEqual({ exitCode: 0, stdout: golden.dryRun, stderr: "" });
  });

  test.each([{ args: ["data", "--dry-run", "-n", "100000"] }, { args: ["--version"] }])(
    "a full disk behind the output of $args is a failure",
    async ({ args }) => {
      const intoFull = ["/bin/sh", "-c", '"$@" > /dev/full', "sh", ...program];
      const { exitCode, stderr } = await run(args, { program: intoFull, env: environment, timeoutMs: 30_000 });
      expect(stderr).toMatch(
        /^error: Cannot write to standard output: .*no space left on device.*\nhint: Check the file or program that receives the output\n$/iu,
      );
      expect(exitCode).toBe(1);
    },
  );

  test("an engine inherits no file descriptors of the calling script", async () => {
    const cwd = await temporaryFolder();
    const env = { ...environment, ...(await fakeEngine(cwd)) };
    // Beyond the first sixteen, which Node and Deno close themselves.
    const withLock = ["/bin/bash", "-c", 'exec 200> lock; exec "$@"', "bash", ...program];
    const { stderr } = await run(["up", "--only", "kafka", "--port-offset", "17000"], { program: withLock, cwd, env });
    expect(stderr).toMatch(/exited unexpectedly before it was ready|exited immediately/u);
    const files = (await readFile(join(cwd, "seen"), "utf8")).trim().split("\n");
    expect(files).toContain("/dev/null");
    expect(files).not.toContain(join(cwd, "lock"));
  });

  if (name !== "the executable") {
    test.each(lines.map((args) => ({ args, typed: args.join(" ") })))("streamctl $typed", async ({ args }) => {
      const options = { cwd: await temporaryFolder(), env: environment };
      expect(await run(args, { ...options, program })).toEqual(await run(args, options));
    });
  }
});

/** A FAKE Kafka and Java in the environment: prints its version; as a broker it records its file descriptors and exits. */
async function fakeEngine(folder: string): Promise<{ readonly JAVA_HOME: string; readonly STREAMCTL_CACHE_DIR: string }> {
  const cacheDir = join(folder, "cache");
  const home = dirname(dirname(classPath({ cacheDir, declarations: openDeclarations() }, kafkaJars)));
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "manifest.json"), "{}");
  await mkdir(join(folder, "bin"));
  const script = `#!/bin/sh\ncase "$*" in *-version*) echo 'openjdk version "17.0.1"' ;; *kafka.Kafka*) readlink /proc/$$/fd/* > '${folder}/seen' ;; esac\n`;
  await writeFile(join(folder, "bin", "java"), script, { mode: 0o755 });
  return { JAVA_HOME: folder, STREAMCTL_CACHE_DIR: cacheDir };
}

test("the bundle reports the expected path of the addon if it is missing", async () => {
  const folder = await temporaryFolder();
  const alone = join(folder, "streamctl.mjs");
  await copyFile(bundle, alone);
  expect(await run(["data", "-n", "1", "-q", "--brokers", "127.0.0.1:1"], { program: [node, alone], cwd: folder })).toEqual({
    exitCode: 1,
    stdout: "",
    stderr:
      `error: Cannot load the native addon "${folder}/streamctl_native.node": no such file\n` +
      "hint: Keep it in the folder of the program, where make node writes it\n",
  });
});
