import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadAddon } from "../../src/kafka/addon.ts";

const folder = mkdtempSync(join(tmpdir(), "streamctl-addon-"));
const executable = join(folder, "compiled");

/** A path below a file: creating this folder fails even for root. */
const impossible = "/dev/null/folder";

beforeAll(async () => {
  const entry = new URL("fixtures/compiled-entry.ts", import.meta.url).pathname;
  await run([process.execPath, "build", "--compile", "--target=bun", entry, "--outfile", executable], process.env);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: string[], environment: Record<string, string | undefined>, cwd = "/"): Promise<string> {
  const child = Bun.spawn(command, { env: environment, cwd, stdout: "pipe", stderr: "pipe" });
  const [output, complaints] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
  if (child.exitCode !== 0) throw new Error(complaints);
  return output;
}

test("loadAddon() returns the same addon for each call", () => {
  expect(loadAddon()).toBe(loadAddon());
  expect(loadAddon().librdkafkaVersion).toBe("2.15.1");
});

test("loadAddon() in an executable works in any working directory, without a folder for temporary files, and keeps one copy", async () => {
  const cache = join(folder, "cache");
  const environment = { TMPDIR: join(folder, "missing"), XDG_CACHE_HOME: cache, HOME: impossible };
  expect(await run([executable], environment)).toBe("nothing loaded");
  expect(existsSync(cache)).toBe(false);
  const answers = await Promise.all([1, 2, 3].map(async () => run([executable, "--load"], environment, folder)));
  expect(answers).toEqual(["2.15.1", "2.15.1", "2.15.1"]);
  expect(readdirSync(join(cache, "streamctl", "native"))).toEqual([expect.stringMatching(/^streamctl_native-\w+\.node$/u)]);
});

test("loadAddon() in an executable replaces an incomplete copy", async () => {
  const cache = join(folder, "cache-torn");
  const environment = { XDG_CACHE_HOME: cache };
  await run([executable, "--load"], environment);
  const kept = join(cache, "streamctl", "native");
  const [name = ""] = readdirSync(kept);
  writeFileSync(join(kept, name), "torn");
  chmodSync(join(kept, name), 0o700);
  expect(await run([executable, "--load"], environment)).toBe("2.15.1");
});

test("loadAddon() in an executable tries the next folder if one cannot be used", async () => {
  const given = join(folder, "given");
  mkdirSync(given);
  expect(await run([executable, "--load"], { XDG_CACHE_HOME: impossible, HOME: impossible, TMPDIR: given })).toBe("2.15.1");
  expect(readdirSync(given)).toEqual([expect.stringMatching(/^streamctl-\d+$/u)]);
});
