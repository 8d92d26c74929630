import type { StreamctlError } from "../core/errors.ts";
import { readArguments, splitAtCommand, type GivenValues } from "./arguments.ts";
import type { ListedCommand } from "./command.ts";
import { loadCommand, unknownCommand } from "./commands/catalog.ts";
import { globalArgs } from "./global-args.ts";

export interface CommandLine {
  /** Undefined if none was given, or no such command exists. */
  readonly command: ListedCommand | undefined;
  /** Values of the command's options and of the common ones; if an option is repeated, the last value. */
  readonly given: GivenValues;
  /** The first mistake; if there is one, the command must not run. */
  readonly mistake: StreamctlError | undefined;
}

/** Parses each argument once: those before the command as common options, those after it also as options of the command. */
export async function readCommandLine(argv: readonly string[]): Promise<CommandLine> {
  const { before, name, after } = splitAtCommand(argv, globalArgs);
  const common = readArguments(before, globalArgs);
  if (name === undefined) return { command: undefined, given: common.values, mistake: common.mistake };
  const command = await loadCommand(name);
  const own = readArguments(after, { ...globalArgs, ...command?.args }, name);
  const given = { ...common.values, ...own.values };
  return { command, given, mistake: common.mistake ?? (command === undefined ? unknownCommand(name) : own.mistake) };
}
