/**
 * The one entry: the command line on the main thread, a producer's worker off it. Everything is imported when it is needed, so
 * that what needs nothing (`--version`, `--help`) answers at once.
 */

import { answerAtOnce } from "./cli/at-once.ts";

async function isWorker(): Promise<boolean> {
  // Bun answers this without loading a module.
  if (typeof Bun !== "undefined") return !Bun.isMainThread;
  return !(await import("node:worker_threads")).isMainThread;
}

if (await isWorker()) {
  await import("./data/worker.ts");
} else {
  const argv = process.argv.slice(2);
  const answer = answerAtOnce(argv);
  if (answer === undefined) await (await import("./cli/run.ts")).runCli(argv);
  else {
    process.stdout.on("error", (error) => {
      // `streamctl --help | head` is not an error.
      if (!("code" in error && error.code === "EPIPE")) throw error;
    });
    process.stdout.write(answer);
  }
}
