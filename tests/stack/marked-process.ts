/** Stands for engines and for programs that a killed streamctl left: processes that wait, with the words of what they stand for. */

import { onTestFinished } from "bun:test";
import { mkdir } from "node:fs/promises";
import { processesOfUser } from "../../src/core/process-list.ts";
import { type ProcessIdentity, signalProcess, startDetached } from "../../src/core/process.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { markOf } from "../../src/stack/local/marks.ts";
import type { ServiceName } from "../../src/state/service-identity.ts";
import type { StateFolder } from "../../src/state/state-folder.ts";

/** A process with these words behind its own, that ends when it is asked to, and with the test that asked for it. */
export async function waitingProcess(words: readonly string[], cwd: string): Promise<ProcessIdentity> {
  await mkdir(cwd, { recursive: true });
  // It ends by itself where the test was killed.
  const args = ["-e", "setTimeout(() => {}, 120_000)", "--", ...words];
  const identity = await startDetached({ program: process.execPath, args, cwd }, "/dev/null");
  onTestFinished(async () => void (await signalProcess(identity, "SIGKILL")));
  // For a moment it still has the words of the program that started it.
  const isThere = async (): Promise<true | undefined> => {
    const found = await processesOfUser((all) => words.every((word) => all.includes(word)));
    return found.some(({ identity: { pid } }) => pid === identity.pid) ? true : undefined;
  };
  await pollUntil(isThere, { timeoutMs: 10_000, what: "the process" });
  return identity;
}

/** A process with an engine's mark, in its data folder. */
export async function markedProcess(stackId: string, folder: StateFolder, name: ServiceName, step?: "prepare"): Promise<ProcessIdentity> {
  return await waitingProcess([markOf(stackId, name, step)], folder.dataDir(name));
}
