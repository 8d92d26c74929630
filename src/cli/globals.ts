/** The options that stand before or after any command. */

import type { ArgsDef } from "citty";
import { StreamctlError } from "../core/errors.ts";
import { wholeNumber } from "../core/option-text.ts";
import type { GlobalOptions } from "./context.ts";
import { globalDescriptions } from "./descriptions.ts";

/** So that the highest port of the stack (9093) stays a port. */
const maxPortOffset = 56_442;

const about = globalDescriptions;

export const globalArgs = {
  json: { type: "boolean", description: about["--json"] },
  "state-dir": { type: "string", valueHint: "DIR", description: about["--state-dir DIR"] },
  dir: { type: "string", valueHint: "DIR", description: about["--dir DIR"] },
  "port-offset": { type: "string", valueHint: "N", description: about["--port-offset N"] },
  quiet: { type: "boolean", alias: "q", description: about["-q, --quiet"] },
  verbose: { type: "boolean", description: about["--verbose"] },
  help: { type: "boolean", alias: "h", description: about["-h, --help"] },
  version: { type: "boolean", description: about["--version"] },
} as const satisfies ArgsDef;

export function resolveGlobals(raw: Readonly<Record<string, unknown>>): GlobalOptions {
  const text = (name: string): string | undefined => (typeof raw[name] === "string" ? raw[name] : undefined);
  const stateDir = text("state-dir") ?? ".streamctl";
  if (stateDir === "")
    throw new StreamctlError("usage", 'Cannot use "" for --state-dir: it is empty', { hint: "Give it a folder: --state-dir DIR" });
  if (text("dir") === "")
    throw new StreamctlError("usage", 'Cannot use "" for --dir: it is empty', { hint: "Give it a folder that eject wrote: --dir DIR" });
  const offset = text("port-offset");
  return {
    json: raw["json"] === true,
    stateDir,
    declarationsDir: text("dir"),
    portOffset: offset === undefined ? undefined : wholeNumber("--port-offset", offset, 0, maxPortOffset),
    quiet: raw["quiet"] === true,
    verbose: raw["verbose"] === true,
  };
}
