import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLog } from "../../../src/core/log.ts";
import { processesOfUser } from "../../../src/core/process-list.ts";
import { identifyProcess, type ProcessIdentity, startDetached } from "../../../src/core/process.ts";
import { pollUntil } from "../../../src/core/wait.ts";
import { endOrphans } from "../../../src/stack/docker/orphans.ts";
import { newStackId } from "../../../src/state/stack-identity.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { waitingProcess } from "../marked-process.ts";

/** Unique to this test run: others may run on this machine. */
const project = `streamctl-${newStackId()}`;

const isThere = async ({ pid }: ProcessIdentity): Promise<boolean> => (await identifyProcess(pid)) !== undefined;

test("endOrphans() ends builds of the project at once, and no processes of other projects or that only read", async () => {
  const folder = await temporaryFolder();
  const build = await waitingProcess(["-p", project, "-f", "compose.yaml", "build", "kafka"], folder);
  const others = [
    await waitingProcess(["-p", "streamctl-9999", "-f", "compose.yaml", "build", "kafka"], folder),
    await waitingProcess(["-p", project, "-f", "compose.yaml", "logs", "-f"], folder),
  ];
  await endOrphans({ name: project, folder: "/no/such/folder" }, ["0123456789ab"], silentLog);
  expect(await isThere(build)).toBe(false);
  expect(await Promise.all(others.map(isThere))).toEqual([true, true]);
});

test("endOrphans() ends the build that an old compose handed on to the engine's own program", async () => {
  const folder = await temporaryFolder();
  const context = join(folder, "docker");
  // Stands for `docker build … <context>`: a shell that runs a file of that name, and waits.
  await writeFile(join(folder, "build"), "kill -STOP $$\n");
  const build = await startDetached({ program: "/bin/sh", args: ["build", "--tag", "t", context], cwd: folder }, "/dev/null");
  const isBuilding = async () => ((await processesOfUser((words) => words.at(-1) === context)).length > 0 ? true : undefined);
  await pollUntil(isBuilding, { timeoutMs: 10_000, what: "the build" });
  await endOrphans({ name: project, folder: context }, [], silentLog);
  expect(await isThere(build)).toBe(false);
});

test("endOrphans() waits for a process that starts a container of the project", async () => {
  const folder = await temporaryFolder();
  const making = await waitingProcess(["-p", project, "-f", "compose.yaml", "up", "--no-start"], folder);
  let ended = false;
  const waiting = endOrphans({ name: project, folder: "/no/such/folder" }, [], silentLog).then(() => (ended = true));
  await Bun.sleep(300);
  expect(ended).toBe(false);
  process.kill(making.pid, "SIGKILL");
  await waiting;
});
