import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { formatBytes } from "../../core/units.ts";

/** The machine on one line, with its load, since other work changes every measurement. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const cores = availableParallelism();
  const [load = 0] = loadavg();
  return `${model}, ${cores} ${cores === 1 ? "core" : "cores"}, ${formatBytes(totalmem())} of memory, Linux ${release()}, load ${load.toFixed(1)} at the start`;
}
