/** `logs`: what the services wrote, their last lines or as they come. */

import { StreamctlError } from "../core/errors.ts";
import { serviceNames } from "./catalog.ts";
import { isServiceName, unknownService } from "./stack-services.ts";
import { readRunState } from "../state/run-state.ts";
import type { PipelineContext } from "./context.ts";
import { openRuntime } from "./open-runtime.ts";
import type { ServiceName } from "../state/service-identity.ts";

export interface LogsRequest {
  /** Undefined means every service. */
  readonly service: string | undefined;
  /** Last lines of each service to begin with. */
  readonly lines: number;
  readonly follow: boolean;
}

export type LineWriter = (service: ServiceName, line: string) => Promise<void>;

/** Writes the last lines; with `follow`, goes on until the signal fires. */
export async function logs(request: LogsRequest, write: LineWriter, { folder, log, signal }: PipelineContext): Promise<void> {
  const { service, lines } = request;
  if (service !== undefined && !isServiceName(service)) throw unknownService(service);
  const names = service === undefined ? serviceNames : [service];
  const state = await readRunState(folder);
  const runtime = await openRuntime(state?.choices ?? { runtime: "local", portOffset: 0 }, {
    folder,
    stackId: state?.stack.id,
    log,
    signal,
  });
  const tails = await Promise.all(names.map(async (name) => await runtime.tailLog(name, request.follow ? 0 : lines)));
  if (tails.every((tail) => tail === undefined)) {
    throw new StreamctlError("not-running", `Cannot show logs of ${service ?? "any service"}: none was started from "${folder.root}"`, {
      hint: "Type: streamctl up",
    });
  }
  for (const [index, name] of names.entries()) for (const line of tails[index] ?? []) await write(name, line);
  if (!request.follow) return;
  // Lines of several services come at once, and are written one after another.
  let written = Promise.resolve();
  let failure: unknown;
  const writing = new AbortController();
  const until = AbortSignal.any([signal, writing.signal]);
  const follow = async (name: ServiceName): Promise<void> => {
    const onLine = (line: string): void => {
      written = written
        .then(async () => await write(name, line))
        .catch((error: unknown) => {
          failure ??= error;
          writing.abort();
        });
    };
    await runtime.followLog(name, lines, onLine, until);
  };
  await Promise.all(names.map(follow));
  await written;
  if (failure !== undefined) throw failure;
}
