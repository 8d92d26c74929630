/**
 * The one entry: the command line on the main thread, a producer's worker off it. Everything is imported when it is needed, so
 * that what needs nothing (`--version`, `--help`) answers at once; no worker is ever started for that.
 */

import { answerAtOnce } from "./cli/at-once.ts";

const argv = process.argv.slice(2);
const answer = answerAtOnce(argv);
if (answer !== undefined) {
  const end = async (error: Error): Promise<void> => (await import("./cli/run.ts")).endWithoutReader(error);
  process.stdout.on("error", (error) => void end(error));
  // Deno throws what others tell the listener.
  try {
    process.stdout.write(answer);
  } catch (error) {
    process.stdout.emit("error", error);
  }
} else if ((await import("node:worker_threads")).isMainThread) {
  await (await import("./cli/run.ts")).runCli(argv, new URL(import.meta.url));
} else {
  await import("./data/worker.ts");
}
