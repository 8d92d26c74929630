/** Processes that this command started. They outlive it; while it runs, it learns how they end. */

import { oomKills } from "../../core/memory.ts";
import { type Command, type ProcessEnd, type ProcessIdentity, startDetached } from "../../core/process.ts";
import { pause } from "../../core/wait.ts";
import type { ServiceEnd } from "../runtime.ts";
import { endOfExitCode } from "../service-end.ts";

/** Longest time between the moment when a process is seen to be gone and the system's word on its end, in milliseconds. */
const endTimeoutMs = 1000;

export class Children {
  readonly #ends = new Map<number, Promise<ProcessEnd>>();
  #oomKillsBefore: Promise<number | undefined> | undefined;

  async start(command: Command, logFile: string): Promise<ProcessIdentity> {
    await (this.#oomKillsBefore ??= oomKills());
    let onEnd: (end: ProcessEnd) => void = () => {};
    const ended = new Promise<ProcessEnd>((resolve) => {
      onEnd = resolve;
    });
    const identity = await startDetached(command, logFile, onEnd);
    this.#ends.set(identity.pid, ended);
    return identity;
  }

  /** Undefined for a process that this command did not start. */
  async endOf(pid: number): Promise<ServiceEnd | undefined> {
    const ended = this.#ends.get(pid);
    if (ended === undefined) return undefined;
    const end = await Promise.race([ended, pause(endTimeoutMs).then(() => undefined)]);
    if (end === undefined) return undefined;
    if (end.exitCode !== null) return endOfExitCode(end.exitCode, false);
    const [before, now] = [await this.#oomKillsBefore, await oomKills()];
    const killedForMemory = before !== undefined && now !== undefined && now > before;
    return { ...end, outOfMemory: end.signal === "SIGKILL" && killedForMemory };
  }
}
