/** Finds the processes and containers of a stack without streamctl: by the state folder and by the labels of containers. */

import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import { findEngine } from "../../src/stack/docker/engine.ts";

export interface FoundProcess {
  readonly pid: number;
  readonly words: string;
}

/** Processes with the folder on their command line or as working directory. */
export async function processesOf(folder: string): Promise<readonly FoundProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
      return words.includes(folder) || cwd.startsWith(folder) ? [{ pid: Number(pid), words }] : [];
    }),
  );
  return found.flat();
}

/**
 * Of those, services and programs that prepare their data, marked or not; between fork and exec a process still is the program that started
 * it.
 */
export async function enginesOf(folder: string): Promise<readonly FoundProcess[]> {
  const found = await processesOf(folder);
  return found.filter(({ words }) => words.includes("streamctl.service=") || basename(words.split(" ")[0] ?? "") === "java");
}

/** Main processes of the stack's running containers. */
export async function containersOf(folder: string): Promise<readonly FoundProcess[]> {
  const engine = await findEngine();
  const { output } = await engine.run(["ps", "-q", "--filter", `label=streamctl.state-dir=${folder}`]);
  const ids = output.split("\n").filter((line) => /^[0-9a-f]{12,}$/u.test(line));
  if (ids.length === 0) return [];
  const seen = await engine.run(["inspect", "--format", '{{.State.Pid}} {{index .Config.Labels "streamctl.service"}}', ...ids]);
  return [...seen.output.matchAll(/^([1-9]\d*) (\S+)$/gmu)].map(([, pid, words = ""]) => ({ pid: Number(pid), words }));
}

/** Containers, running or not, volumes and networks with the label of a stack. */
export async function keptByEngine(stackId: string): Promise<readonly string[]> {
  const engine = await findEngine();
  const filter = ["--filter", `label=streamctl.stack=streamctl-${stackId}`];
  const lists = [
    ["ps", "-a"],
    ["volume", "ls"],
    ["network", "ls"],
  ].map(async (list) => (await engine.run([...list, "-q", ...filter])).output);
  return (await Promise.all(lists)).flatMap((output) => output.split("\n")).filter((line) => line !== "");
}
