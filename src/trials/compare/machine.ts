import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { formatBytes } from "../../core/units.ts";

/** The machine on one line, with its load, since other work changes every measurement. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const cores = availableParallelism();
  const [load = 0] = loadavg();
  return `${model}, ${cores} ${cores === 1 ? "core" : "cores"}, ${formatBytes(totalmem())} of memory, Linux ${release()}, load ${load.toFixed(1)} at the start`;
}

/** A warning if other programs keep the processor cores busy; undefined if they are mostly idle. @param load average number of runnable threads */
export function loadWarning(load = loadavg()[0] ?? 0, cores = availableParallelism()): string | undefined {
  if (load < cores / 2) return undefined;
  return `Other programs are using this machine (load ${load.toFixed(1)}, ${cores} cores): the results will be worse, and unequal if that changes`;
}
