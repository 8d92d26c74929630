/** `logs`: shows or follows the logs of services. */

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
  /** Number of last lines to show per service. */
  readonly lines: number;
  readonly follow: boolean;
}

export type LineWriter = (service: ServiceName, line: string) => Promise<void>;

/** Writes the last lines; with `follow`, continues until the signal is aborted. */
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
      hint: "Run: streamctl up",
    });
  }
  for (const [index, name] of names.entries()) for (const line of tails[index] ?? []) await write(name, line);
  if (!request.follow) return;
  const writer = inTurns(write, signal);
  await Promise.race([
    Promise.all(
      names.map(async (name) => await runtime.followLog(name, lines, async (line) => await writer.write(name, line), writer.until)),
    ),
    // Do not wait for a reader that stopped reading.
    aborted(writer.until),
  ]);
  if (writer.failure() !== undefined) throw writer.failure();
}

interface TurnWriter {
  /** Settles when the line is written, or immediately when `until` is aborted. Never throws. */
  readonly write: LineWriter;
  /** Aborted with the signal, and when a line could not be written. */
  readonly until: AbortSignal;
  /** Why a line could not be written; undefined if all lines were. */
  readonly failure: () => unknown;
}

const linesWithoutPause = 256;

/** Serializes the lines of several services, so that each service has at most one pending line. */
function inTurns(write: LineWriter, signal: AbortSignal): TurnWriter {
  const broken = new AbortController();
  const until = AbortSignal.any([signal, broken.signal]);
  // At most one line per service.
  const waiting = new Set<() => void>();
  until.addEventListener("abort", () => waiting.forEach((goOn) => goOn()), { once: true });
  let turn = Promise.resolve();
  let lines = 0;
  let failure: unknown;
  const writeInTurn = async (name: ServiceName, line: string): Promise<void> => {
    try {
      // Yield to the event loop: if the output never blocks, signals and closed pipes would not be noticed.
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
