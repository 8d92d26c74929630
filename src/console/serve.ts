/**
 * The console: a web page about a running stack, served by streamctl itself on 127.0.0.1. This room has its server; the page is in `page/`.
 * It only reads: it changes nothing in the stack. It has the lowest priority of the machine, so that the pipeline is not slowed down.
 */

import { once } from "node:events";
import { Monitor } from "./monitor.ts";
import { StackReader } from "./pipeline/stack-reader.ts";
import { LiveChannels } from "./routes/live.ts";
import { routesOf } from "./routes/routes.ts";
import { startServer } from "./http-server.ts";
import { silentLog } from "../core/log.ts";
import { yieldToOthers } from "../core/priority.ts";
import type { PipelineContext } from "../pipeline/context.ts";

export interface ConsoleOptions {
  readonly port: number;
  /** Version of streamctl. */
  readonly version: string;
}

/** Serves until the signal fires. @throws StreamctlError `port-taken` */
export async function serveConsole({ port, version }: ConsoleOptions, context: PipelineContext): Promise<void> {
  const { folder, signal, log } = context;
  yieldToOthers();
  const quiet = { ...context, log: silentLog };
  const reader = new StackReader(quiet);
  const monitor = new Monitor(reader, quiet);
  const channels = new LiveChannels();
  const server = await startServer(port, routesOf({ reader, monitor, channels, folder, version }), signal);
  log.info(`Console at http://127.0.0.1:${port}`);
  if (!signal.aborted) await once(signal, "abort");
  monitor.snapshots.stop();
  channels.stop();
  server.close();
  server.closeAllConnections();
}
