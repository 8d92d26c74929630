/** The runtimes that run streamctl besides Bun's test runner, as installed by `make test`. */

import { delimiter, join, resolve } from "node:path";
import { executable } from "../e2e/streamctl.ts";

const project = resolve(import.meta.dir, "../..");
const tools = join(project, ".tools/bin");
const main = join(project, "src/main.ts");

export const deno = join(tools, "deno");
/** Runs the sources: this version strips types. */
export const node24 = join(tools, "node-24");
export const bundle = join(project, "build/node/streamctl.mjs");

/** The machine's Node, version 20 or newer. */
export const node =
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .find((path) => Bun.file(path).size > 0) ?? "node";

/** Deno caches compiled code in the project's tools, and does not check for updates. */
export const environment = { DENO_DIR: join(project, ".tools/deno"), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };

export interface Runtime {
  readonly name: string;
  /** The program and its first arguments, before the command line. */
  readonly program: readonly string[];
}

export const runtimes: readonly Runtime[] = [
  { name: "Deno", program: [deno, "run", "-A", main] },
  { name: "Node with the bundle", program: [node, bundle] },
  { name: "Node with the sources", program: [node24, main] },
  { name: "the executable", program: [executable] },
];
