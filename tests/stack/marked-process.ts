/** FAKE engines and programs that a killed streamctl left: sleeping processes with the command lines of those. */

import { onTestFinished } from "bun:test";
import { mkdir } from "node:fs/promises";
import { processesOfUser } from "../../src/core/process-list.ts";
import { type ProcessIdentity, signalProcess, startDetached } from "../../src/core/process.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { markOf, type Step } from "../../src/stack/local/marks.ts";
import type { ServiceName } from "../../src/state/service-identity.ts";
import type { StateFolder } from "../../src/state/state-folder.ts";

/** A process with these additional arguments, which ends on SIGTERM and with the test. */
export async function waitingProcess(words: readonly string[], cwd: string): Promise<ProcessIdentity> {
  await mkdir(cwd, { recursive: true });
  // It exits by itself when the test was killed.
  const args = ["-e", "setTimeout(() => {}, 120_000)", "--", ...words];
  const identity = await startDetached({ program: process.execPath, args, cwd }, "/dev/null");
  onTestFinished(async () => void (await signalProcess(identity, "SIGKILL")));
  // Until exec it has the command line of the program that started it.
  const isThere = async (): Promise<true | undefined> => {
    const found = await processesOfUser((all) => words.every((word) => all.includes(word)));
    return found.some(({ identity: { pid } }) => pid === identity.pid) ? true : undefined;
  };
  await pollUntil(isThere, { timeoutMs: 10_000, what: "the process" });
  return identity;
}

/** A process with an engine's mark and data folder. */
export async function markedProcess(stackId: string, folder: StateFolder, name: ServiceName, step?: Step): Promise<ProcessIdentity> {
  return await waitingProcess([markOf(stackId, name, step)], folder.dataDir(name));
}
