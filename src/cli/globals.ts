import { StreamctlError } from "../core/errors.ts";
import { wholeNumber } from "../core/option-text.ts";
import type { GivenValues } from "./arguments.ts";
import type { GlobalOptions } from "./context.ts";

/** So that the highest port of the stack, 9093, does not exceed 65535. */
const maxPortOffset = 56_442;

/** @throws StreamctlError `usage` */
export function resolveGlobals(given: GivenValues): GlobalOptions {
  const offset = textOf(given, "port-offset");
  return {
    json: given["json"] === true,
    stateDir: folderOf(given, "state-dir") ?? ".streamctl",
    declarationsDir: folderOf(given, "dir"),
    portOffset: offset === undefined ? undefined : wholeNumber("--port-offset", offset, 0, maxPortOffset),
    quiet: given["quiet"] === true,
    verbose: given["verbose"] === true,
  };
}

function textOf(given: GivenValues, name: string): string | undefined {
  const value = given[name];
  return typeof value === "string" ? value : undefined;
}

function folderOf(given: GivenValues, name: string): string | undefined {
  const folder = textOf(given, name);
  if (folder !== "") return folder;
  throw new StreamctlError("usage", `Option --${name} needs a folder, but its value is empty`, { hint: `Write: --${name} DIR` });
}
