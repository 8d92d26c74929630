import { expect, test } from "bun:test";
import { silentLog } from "../../../src/core/log.ts";
import { identifyProcess, type ProcessIdentity } from "../../../src/core/process.ts";
import { endOrphans } from "../../../src/stack/docker/orphans.ts";
import { newStackId } from "../../../src/state/stack-identity.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { waitingProcess } from "../marked-process.ts";

/** Of this run of the tests alone: others may run on this machine. */
const project = `streamctl-${newStackId()}`;

const isThere = async ({ pid }: ProcessIdentity): Promise<boolean> => (await identifyProcess(pid)) !== undefined;

test("endOrphans() ends builds of the project at once, and touches nothing of other projects and nothing that only looks", async () => {
  const folder = await temporaryFolder();
  const build = await waitingProcess(["-p", project, "-f", "compose.yaml", "build", "kafka"], folder);
  const others = [
    await waitingProcess(["-p", "streamctl-9999", "-f", "compose.yaml", "build", "kafka"], folder),
    await waitingProcess(["-p", project, "-f", "compose.yaml", "logs", "-f"], folder),
  ];
  await endOrphans(project, ["0123456789ab"], silentLog);
  expect(await isThere(build)).toBe(false);
  expect(await Promise.all(others.map(isThere))).toEqual([true, true]);
});

test("endOrphans() waits for what starts a container of the project", async () => {
  const folder = await temporaryFolder();
  const making = await waitingProcess(["-p", project, "-f", "compose.yaml", "up", "--no-start"], folder);
  let ended = false;
  const waiting = endOrphans(project, [], silentLog).then(() => (ended = true));
  await Bun.sleep(300);
  expect(ended).toBe(false);
  process.kill(making.pid, "SIGKILL");
  await waiting;
});
