/** The plan of the last successful `up`, kept for the console. */

import { readIfExists, writeAtomically } from "../core/files.ts";
import { arrayAt, numberAt, parseJson, stringAt } from "../core/json.ts";
import type { StateFolder } from "./state-folder.ts";

export interface LastUp {
  /** When it ended, in milliseconds since the epoch. */
  readonly atMs: number;
  readonly elapsedMs: number;
  readonly steps: readonly { readonly operation: string; readonly target: string; readonly cause: string }[];
}

export async function writeLastUp({ lastUpFile }: StateFolder, lastUp: LastUp): Promise<void> {
  await writeAtomically(lastUpFile, `${JSON.stringify(lastUp)}\n`);
}

/** Undefined if there was none, or the file is damaged. */
export async function readLastUp({ lastUpFile }: StateFolder): Promise<LastUp | undefined> {
  const json = parseJson((await readIfExists(lastUpFile)) ?? "");
  const [atMs, elapsedMs] = [numberAt(json, "atMs"), numberAt(json, "elapsedMs")];
  if (atMs === undefined || elapsedMs === undefined) return undefined;
  const steps = arrayAt(json, "steps").map((step) => ({
    operation: stringAt(step, "operation") ?? "",
    target: stringAt(step, "target") ?? "",
    cause: stringAt(step, "cause") ?? "",
  }));
  return { atMs, elapsedMs, steps };
}
