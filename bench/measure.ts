/** Measurements of whole processes, by the operating system's own accounting. */

import { resolve } from "node:path";

export const executable = resolve(import.meta.dir, "../streamctl");

export interface Measurement {
  readonly exitCode: number;
  readonly stdout: string;
  readonly elapsedMs: number;
  /** User and system time of the process, in microseconds. */
  readonly cpuUs: number;
  /** Largest resident size, in bytes. */
  readonly maxRssBytes: number;
}

/** Runs a command to its end. @throws Error with its narration when it fails */
export async function measure(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Measurement> {
  const startedAt = performance.now();
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe", env: { ...process.env, ...env } });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const elapsedMs = performance.now() - startedAt;
  const usage = child.resourceUsage();
  if (exitCode !== 0 || !usage) throw new Error(`${command.join(" ")} ended with ${exitCode}\n${stdout}\n${stderr}`);
  return { exitCode, stdout, elapsedMs, cpuUs: Number(usage.cpuTime.total), maxRssBytes: usage.maxRSS };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param q 0 to 1; the value below which that share of the values lies (nearest rank) */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}
