/** `logs`: what the services wrote, their last lines or as they come. */

import { setImmediate as nextTurn } from "node:timers/promises";
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
  const writer = inTurns(write, signal);
  await Promise.race([
    Promise.all(
      names.map(async (name) => await runtime.followLog(name, lines, async (line) => await writer.write(name, line), writer.until)),
    ),
    // A reader that does not read any more keeps nobody from leaving.
    aborted(writer.until),
  ]);
  if (writer.failure() !== undefined) throw writer.failure();
}

interface TurnWriter {
  /** Settled when the line is written, or at once when `until` fires. Never throws. */
  readonly write: LineWriter;
  /** Fires with the signal, and when a line could not be written. */
  readonly until: AbortSignal;
  /** Why a line could not be written; undefined where every one was. */
  readonly failure: () => unknown;
}

const linesWithoutPause = 256;

/** Lines of several services are written one after another, each service's next one when its turn comes again. */
function inTurns(write: LineWriter, signal: AbortSignal): TurnWriter {
  const broken = new AbortController();
  const until = AbortSignal.any([signal, broken.signal]);
  // At most one line of each service.
  const waiting = new Set<() => void>();
  until.addEventListener("abort", () => waiting.forEach((goOn) => goOn()), { once: true });
  let turn = Promise.resolve();
  let lines = 0;
  let failure: unknown;
  const writeInTurn = async (name: ServiceName, line: string): Promise<void> => {
    try {
      // An output that is never full leaves signals, and whoever hangs up, no moment to be heard.
      if (++lines % linesWithoutPause === 0) await nextTurn();
      if (!until.aborted) await write(name, line);
    } catch (error) {
      failure ??= error;
      broken.abort();
    }
  };
  return {
    until,
    failure: () => failure,
    write: async (name, line) => {
      const mine = turn.then(async () => await writeInTurn(name, line));
      turn = mine;
      if (until.aborted) return;
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
        void mine.finally(() => waiting.delete(resolve)).then(resolve);
      });
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
