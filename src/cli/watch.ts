import { isRetryable } from "../core/errors.ts";
import { pauseUnlessAborted } from "../core/wait.ts";
import type { CliContext, ExitCode } from "./context.ts";

/**
 * Repeats a query for `--watch` until it is interrupted or returns an exit code other than 0. A retryable error, such as that of an engine
 * that is starting, is logged as a warning, once per message. Any other error ends the watch.
 *
 * @param everyMs pause between two runs, in milliseconds; undefined to run once
 */
export async function runRepeatedly(
  run: () => Promise<ExitCode>,
  everyMs: number | undefined,
  { log, signal }: Pick<CliContext, "log" | "signal">,
): Promise<ExitCode> {
  if (everyMs === undefined) return await run();
  let lastWarning: string | undefined;
  for (;;) {
    try {
      const exitCode = await run();
      if (exitCode !== 0) return exitCode;
      lastWarning = undefined;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (error.message !== lastWarning) log.warn(`${error.message}; retrying`);
      lastWarning = error.message;
    }
    if (!(await pauseUnlessAborted(everyMs, signal))) return 130;
  }
}
