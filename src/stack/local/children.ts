/** Processes that this command started. They outlive it; while it runs, it is notified how they end. */

import { oomKills } from "../../core/memory.ts";
import { type Command, type ProcessEnd, type ProcessIdentity, startDetached } from "../../core/process.ts";
import { pause } from "../../core/wait.ts";
import type { ServiceEnd } from "../runtime.ts";
import { endOfExitCode } from "../service-end.ts";

/** Maximum wait for the exit event of a process that is no longer running, in milliseconds. */
const endTimeoutMs = 1000;

export class Children {
  readonly #ends = new Map<number, Promise<ProcessEnd>>();
  readonly #countOomKills: () => Promise<number | undefined>;
  readonly #oomKillsBefore: Promise<number | undefined>;

  /** @param countOomKills default: `oomKills()` */
  constructor(countOomKills: () => Promise<number | undefined> = async () => await oomKills()) {
    this.#countOomKills = countOomKills;
    this.#oomKillsBefore = countOomKills();
  }

  async start(command: Command, logFile: string): Promise<ProcessIdentity> {
    await this.#oomKillsBefore;
    let onEnd: (end: ProcessEnd) => void = () => {};
    const ended = new Promise<ProcessEnd>((resolve) => {
      onEnd = resolve;
    });
    const identity = await startDetached(command, logFile, onEnd);
    this.#ends.set(identity.pid, ended);
    return identity;
  }

  /** How a process ended. For one that an earlier command started, only an OOM kill can be detected. */
  async endOf(pid: number): Promise<ServiceEnd | undefined> {
    const [before, now] = [await this.#oomKillsBefore, await this.#countOomKills()];
    const killedForMemory = before !== undefined && now !== undefined && now > before;
    const ended = this.#ends.get(pid);
    const end = ended === undefined ? undefined : await Promise.race([ended, pause(endTimeoutMs).then(() => undefined)]);
    if (end === undefined) return killedForMemory ? { exitCode: null, signal: null, outOfMemory: true } : undefined;
    if (end.exitCode !== null) return endOfExitCode(end.exitCode, false);
    return { ...end, outOfMemory: end.signal === "SIGKILL" && killedForMemory };
  }
}
