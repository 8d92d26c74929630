/**
 * Entry point: the command line in the main thread, a producer in a worker thread. Modules are imported on demand, so that `--version` and
 * `--help` are fast.
 */

import { helpOrVersion } from "./cli/root-help.ts";

const argv = process.argv.slice(2);
const answer = helpOrVersion(argv, process.stdout);
if (answer !== undefined) {
  const end = async (error: Error): Promise<void> => (await import("./cli/run.ts")).endWithoutReader(error);
  process.stdout.on("error", (error) => void end(error));
  // Deno throws errors instead of calling the listener.
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
