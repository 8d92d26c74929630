/** Stops one service of a running stack, as `down` does, and leaves the rest alone. The next `up` starts it again. */

import { StreamctlError } from "../core/errors.ts";
import type { PipelineContext } from "./context.ts";
import { readStack, recoverKilledStart } from "./killed-start.ts";
import { openRuntime } from "./open-runtime.ts";
import { stoppable } from "./stack-services.ts";
import { requireStarted } from "../stack/stack.ts";
import { stopRuns } from "../stack/stop.ts";
import { RunRecorder } from "../state/run-recorder.ts";
import { identityFor } from "../state/run-state.ts";
import { withStackLock } from "../state/stack-lock.ts";

/** @throws StreamctlError `not-running` for a service that is not running */
export async function stopService(name: string, context: Pick<PipelineContext, "folder" | "log" | "signal">): Promise<void> {
  const { folder, log } = context;
  await withStackLock(context, async () => {
    await recoverKilledStart(context);
    const state = requireStarted(await readStack(context), folder);
    // A stop is not interruptible.
    const runtime = await openRuntime(state.choices, { folder, stackId: state.stack.id, log });
    const record = state.services.find((service) => service.name === name);
    if (record === undefined || !(await runtime.isRunning(record.identity)))
      throw new StreamctlError("not-running", `${name} of this stack is not running`, { hint: "Run: streamctl up" });
    const recorder = new RunRecorder(folder, { ...state, stack: await identityFor(folder, state) });
    for (const { stopTimeoutMs } of stoppable(new Set([name]), state.choices))
      await stopRuns([record], stopTimeoutMs, { runtime, log, forget: recorder.forget });
  });
}
