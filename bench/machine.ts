/** Describes the machine on which a measurement was taken. */

import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { observe } from "./measure.ts";

/** One paragraph of Markdown. */
export async function describeMachine(): Promise<string> {
  const gigabytes = (totalmem() / 1e9).toFixed(0);
  const hardware = `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} processors, ${gigabytes} GB`;
  const versions = [`Bun ${Bun.version}`, await version("java", "-version"), await version("python3", "--version")];
  const [load = 0] = loadavg();
  return `${hardware}, Linux ${release()}; ${versions.join(", ")}; load before the first run ${load.toFixed(1)}.`;
}

async function version(program: string, option: string): Promise<string> {
  if (Bun.which(program) === null) return `no ${program}`;
  const { stdout, stderr } = await observe([program, option]);
  return (stdout || stderr).split("\n")[0]?.replaceAll('"', "").trim() ?? program;
}
