/** `--watch`: the same question again and again, until interrupted. */

import { isRetryable } from "../core/errors.ts";
import { pauseUnlessAborted } from "../core/wait.ts";
import type { CliContext, ExitCode } from "./context.ts";

/**
 * Asks once without an interval, and otherwise until it is interrupted or an answer ends with another code than 0. What is only away for
 * the moment, such as an engine that starts, is asked again, and said once for each reason; what would be refused again ends the watch.
 *
 * @param everyMs pause before the same is asked again, in milliseconds; undefined means once
 */
export async function askAndWatch(
  ask: () => Promise<ExitCode>,
  everyMs: number | undefined,
  { log, signal }: Pick<CliContext, "log" | "signal">,
): Promise<ExitCode> {
  if (everyMs === undefined) return await ask();
  let said: string | undefined;
  for (;;) {
    try {
      const exitCode = await ask();
      if (exitCode !== 0) return exitCode;
      said = undefined;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (error.message !== said) log.warn(`${error.message}; asking again`);
      said = error.message;
    }
    if (!(await pauseUnlessAborted(everyMs, signal))) return 130;
  }
}
