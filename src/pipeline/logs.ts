/** `logs`: what the services wrote, their last lines or as they come. */

import { StreamctlError } from "../core/errors.ts";
import { Follower, readTail } from "../core/tail.ts";
import { pausedWhole } from "../core/wait.ts";
import { isServiceName, serviceNames, unknownService } from "../stack/services/catalog.ts";
import type { ServiceName } from "../stack/service.ts";
import type { PipelineContext } from "./context.ts";

export interface LogsRequest {
  /** Undefined means every service. */
  readonly service: string | undefined;
  /** Last lines of each service to begin with. */
  readonly lines: number;
  readonly follow: boolean;
}

export type LineWriter = (service: ServiceName, line: string) => Promise<void>;

const followIntervalMs = 200;

/** Writes the last lines; with `follow`, goes on until the signal fires. */
export async function logs(request: LogsRequest, write: LineWriter, { folder, signal }: PipelineContext): Promise<void> {
  const { service } = request;
  if (service !== undefined && !isServiceName(service)) throw unknownService(service);
  const names = service === undefined ? serviceNames : [service];
  const followers = new Map<ServiceName, Follower>();
  let found = false;
  for (const name of names) {
    const path = folder.logFile(name);
    const tail = await readTail(path, request.lines);
    followers.set(name, new Follower(path, tail?.position ?? 0));
    if (!tail) continue;
    found = true;
    for (const line of tail.lines) await write(name, line);
  }
  if (!found) {
    throw new StreamctlError("not-running", `Cannot show logs of ${service ?? "any service"}: none was started from "${folder.root}"`, {
      hint: "Type: streamctl up",
    });
  }
  while (request.follow && (await pausedWhole(followIntervalMs, signal))) {
    for (const [name, follower] of followers) for (const line of await follower.look()) await write(name, line);
  }
}
