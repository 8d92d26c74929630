/** A machine without a network, whose name does not resolve: a network namespace with only loopback. */

import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../src/core/process.ts";
import { executable, run } from "./streamctl.ts";

const apart = ["--map-root-user", "--net", "--uts"];
const loopbackUp = 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 1))';
const alone = `hostname nowhere && python3 -c '${loopbackUp}'`;

const can = (await runCommand({ program: "unshare", args: [...apart, "sh", "-c", alone] }).catch(() => undefined))?.exitCode === 0;
const name = "the whole path works without a network, on a machine whose name nothing resolves";

if (can) test(name, wholePath);
else test.skip(`${name}: SKIPPED, because this machine does not allow namespaces (unshare ${apart.join(" ")})`, () => {});

async function wholePath(): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), "streamctl-offline-"));
  const commands = ["up", "data -n 5000 --rate max", "verify --wait 120s --strict", "status"].map((args) => `"$1" ${args}`);
  const script = `${alone} && ${commands.join(" && ")}; code=$?; "$1" down --volumes; exit $code`;
  const { exitCode, stdout, stderr } = await run([...apart, "sh", "-c", script, "sh", executable], { program: ["/usr/bin/unshare"], cwd });
  expect(stderr).toContain('The host name "nowhere" of this machine does not resolve');
  expect(stdout).toContain("Delivered 5,000 of 5,000 messages");
  expect(stdout).toContain("Verified: every window matches what was sent");
  expect(exitCode).toBe(0);
  expect(await readdir(cwd)).toEqual([]);
  await rm(cwd, { recursive: true });
}
