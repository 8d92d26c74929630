/** `logs`: what the services wrote, their last lines or as they come. */

import { open, stat } from "node:fs/promises";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { readIfExists } from "../core/files.ts";
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
  const positions = new Map<ServiceName, number>();
  let found = false;
  for (const name of names) {
    const text = await readIfExists(folder.logFile(name));
    if (text === undefined) continue;
    found = true;
    positions.set(name, Buffer.byteLength(text));
    for (const line of lastLines(text, request.lines)) await write(name, line);
  }
  if (!found) {
    throw new StreamctlError("not-running", `Cannot show logs of ${service ?? "any service"}: none was started from "${folder.root}"`, {
      hint: "Type: streamctl up",
    });
  }
  if (request.follow) await follow(names, positions, write, { folder, signal });
}

async function follow(
  names: readonly ServiceName[],
  positions: Map<ServiceName, number>,
  write: LineWriter,
  { folder, signal }: Pick<PipelineContext, "folder" | "signal">,
): Promise<void> {
  const partial = new Map<ServiceName, string>();
  while (!signal.aborted) {
    for (const name of names) {
      const { text, position } = await readFrom(folder.logFile(name), positions.get(name) ?? 0);
      positions.set(name, position);
      const lines = ((partial.get(name) ?? "") + text).split("\n");
      partial.set(name, lines.pop() ?? "");
      for (const line of lines) await write(name, line);
    }
    await pausedWhole(followIntervalMs, signal);
  }
}

/** What a file holds beyond a position; from its beginning where it became shorter, as after being set aside. */
async function readFrom(path: string, position: number): Promise<{ readonly text: string; readonly position: number }> {
  try {
    const { size } = await stat(path);
    const start = size < position ? 0 : position;
    if (size === start) return { text: "", position: start };
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size - start, 1 << 20)), 0, undefined, start);
      return { text: buffer.toString("utf8", 0, bytesRead), position: start + bytesRead };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { text: "", position: 0 };
    throw error;
  }
}

function lastLines(text: string, count: number): readonly string[] {
  if (count === 0) return [];
  return text
    .split("\n")
    .filter((line, index, all) => line !== "" || index < all.length - 1)
    .slice(-count);
}
