/** Breaks services of a running stack. Only a run that is recorded in run.json is signalled, and only while it is still that run. */

import { StreamctlError } from "../core/errors.ts";
import type { PipelineContext } from "../pipeline/context.ts";
import { readStack } from "../pipeline/killed-start.ts";
import { openRuntime } from "../pipeline/open-runtime.ts";
import { stopService } from "../pipeline/stop-service.ts";
import type { Runtime } from "../stack/runtime.ts";
import { requireStarted } from "../stack/stack.ts";
import type { ServiceIdentity } from "../state/service-identity.ts";

/** Each method throws StreamctlError `not-running` for a service that is not running, or has ended. */
export interface ServiceControl {
  /** Kills a service, and returns when it has ended. */
  kill(name: string): Promise<void>;
  /** Stops a service in an orderly way; kills it if it takes longer than its stop timeout. */
  stop(name: string): Promise<void>;
  /** Suspends a service. @returns a function that continues it */
  freeze(name: string): Promise<() => Promise<void>>;
}

export function serviceControl(context: Pick<PipelineContext, "folder" | "log" | "signal">): ServiceControl {
  const find = async (name: string): Promise<{ readonly runtime: Runtime; readonly identity: ServiceIdentity }> => {
    const { folder, log } = context;
    const { choices, stack, services } = requireStarted(await readStack(context), folder);
    const record = services.find((service) => service.name === name);
    if (record === undefined) throw notRunning(name);
    // Without the signal: a service must continue even after an interruption.
    return { runtime: await openRuntime(choices, { folder, stackId: stack.id, log }), identity: record.identity };
  };
  return {
    async kill(name) {
      const { runtime, identity } = await find(name);
      if (!(await runtime.kill(name, identity))) throw notRunning(name);
    },
    stop: async (name) => await stopService(name, context),
    async freeze(name) {
      const { runtime, identity } = await find(name);
      if (!(await runtime.freeze(identity))) throw notRunning(name);
      return async () => await runtime.thaw(identity);
    },
  };
}

function notRunning(name: string): StreamctlError {
  return new StreamctlError("not-running", `${name} of this stack is not running`, {
    hint: `Run: streamctl up (see the log with: streamctl logs ${name})`,
  });
}
