/** Freezes, continues and kills the process of a service, as no command does. */

import { StreamctlError } from "../../core/errors.ts";
import { signalProcess } from "../../core/process.ts";
import { pollUntil } from "../../core/wait.ts";
import type { Runtime } from "../../stack/runtime.ts";
import type { ServiceIdentity } from "../../state/service-identity.ts";

export type Control = "freeze" | "continue" | "kill";

const signals = { freeze: "SIGSTOP", continue: "SIGCONT", kill: "SIGKILL" } as const;
const commands = { freeze: ["pause"], continue: ["unpause"], kill: ["kill", "--signal", "KILL"] } as const;

/** Timeout for the end of a killed process, in milliseconds: a JVM needs a moment to release its memory. */
const endTimeoutMs = 30_000;

/** @throws StreamctlError `service-failed` if it has ended already, `permission` for another user's process */
export async function control(action: Control, name: string, identity: ServiceIdentity): Promise<void> {
  if (await execute(action, identity)) return;
  throw new StreamctlError("service-failed", `Cannot ${action} ${name}: it has ended`, { hint: `Run: streamctl logs ${name}` });
}

async function execute(action: Control, identity: ServiceIdentity): Promise<boolean> {
  if ("bootId" in identity) return await signalProcess(identity, signals[action]);
  const { findEngine } = await import("../../stack/docker/engine.ts");
  return (await (await findEngine()).run([...commands[action], identity.containerId])).exitCode === 0;
}

/** Kills a service as `kill -9` does, and returns when it has ended. @throws StreamctlError as {@link control} */
export async function killService(name: string, identity: ServiceIdentity, runtime: Runtime, signal: AbortSignal): Promise<void> {
  await control("kill", name, identity);
  const ended = async (): Promise<true | undefined> => ((await runtime.isRunning(identity)) ? undefined : true);
  await pollUntil(ended, { timeoutMs: endTimeoutMs, signal, what: `the end of ${name}` });
}
