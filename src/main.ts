/** The one entry: the command line on the main thread, a producer's worker off it. */

import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  const { runCli } = await import("./cli/run.ts");
  await runCli(process.argv.slice(2));
} else {
  await import("./data/worker.ts");
}
