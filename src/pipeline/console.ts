/** `console`: makes sure that the console of a stack is running, and opens it in the browser. */

import { StreamctlError } from "../core/errors.ts";
import { openInBrowser } from "../core/browser.ts";
import type { PipelineContext } from "./context.ts";
import { endpointsOf } from "./endpoints.ts";
import { readStack } from "./killed-start.ts";
import { requireSameOffset } from "./running-stack.ts";
import { startOptional } from "./up.ts";
import { requireStarted } from "../stack/stack.ts";

export interface ConsoleRequest {
  readonly portOffset: number | undefined;
  readonly inBrowser: boolean;
}

export interface ConsoleReport {
  readonly url: string;
  /** Whether this command started it. */
  readonly started: boolean;
}

/** Maximum wait until it answers, in milliseconds. */
const readyTimeoutMs = 30_000;

/** @throws StreamctlError `not-running` without a stack, `port-taken`, errors of the start */
export async function openConsole({ portOffset, inBrowser }: ConsoleRequest, context: PipelineContext): Promise<ConsoleReport> {
  const { folder, log } = context;
  const state = requireStarted(await readStack(context), folder);
  requireSameOffset(folder, state, portOffset);
  const started = await startOptional("console", readyTimeoutMs, context);
  const url = endpointsOf(state.choices).console;
  if (inBrowser && !(await openInBrowser(url))) {
    throw new StreamctlError("prerequisite", "Cannot open a web browser: there is no display, or no xdg-open on the PATH", {
      hint: `Open it yourself: ${url}`,
    });
  }
  if (started) log.info("Started the console");
  return { url, started };
}
