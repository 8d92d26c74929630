/** Measures processes with the resource accounting of the operating system. */

import { resolve } from "node:path";
import { quantile } from "../src/trials/compare/quantiles.ts";

export const executable = resolve(import.meta.dir, "../streamctl");

export interface Measurement {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
  /** User and system time of the process, in microseconds. */
  readonly cpuUs: number;
  /** Largest resident size, in bytes. */
  readonly maxRssBytes: number;
}

export interface MeasureOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Timeout after which the command is killed, in milliseconds; default half an hour. */
  readonly timeoutMs?: number;
}

/** Runs a command and returns its result, even if it failed. CPU time includes child processes that it waited for. */
export async function observe(command: readonly string[], options: MeasureOptions = {}): Promise<Measurement> {
  const { env = {}, cwd, timeoutMs = 1_800_000 } = options;
  const startedAt = performance.now();
  const child = Bun.spawn([...command], {
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
    timeout: timeoutMs,
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const elapsedMs = performance.now() - startedAt;
  const usage = child.resourceUsage();
  if (!usage) throw new Error(`no resource usage is available for ${command.join(" ")}`);
  return { exitCode, stdout, stderr, elapsedMs, cpuUs: Number(usage.cpuTime.total), maxRssBytes: usage.maxRSS };
}

/** Runs a command. @throws Error with its output if it fails */
export async function measure(command: readonly string[], options: MeasureOptions = {}): Promise<Measurement> {
  const result = await observe(command, options);
  if (result.exitCode === 0) return result;
  throw new Error(`${command.join(" ")} ended with ${result.exitCode}\n${result.stdout}\n${result.stderr}`);
}

/** Why a command failed: the first line of its output that mentions an error, or the last line. */
export function complaintOf({ stdout, stderr, exitCode }: Measurement): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /error/iu.test(line)) ?? lines.at(-1) ?? `ended with ${exitCode}`).trim().slice(0, 160);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
