/** The definition of a command: a citty command with examples for its help. */

import { defineCommand as defineCittyCommand, type ArgsDef, type CommandDef, type ParsedArgs } from "citty";
import { commandDescriptions } from "./descriptions.ts";
import type { GivenValues } from "./arguments.ts";
import type { CliContext, ExitCode } from "./context.ts";

export type CommandName = keyof typeof commandDescriptions;

/** A command line and its description. */
export type Example = readonly [commandLine: string, effect: string];

/** Values for a command: a boolean option is true or false; any other is text, or undefined if it was not given. */
export type Values<T extends ArgsDef> = {
  readonly [Name in keyof T]: T[Name] extends { readonly type: "boolean" } ? boolean : string | undefined;
};

export interface Command<T extends ArgsDef> {
  readonly name: CommandName;
  readonly args: T;
  readonly examples: readonly Example[];
  /** Runs the command and returns the exit code. A thrown error is printed and determines the exit code. */
  readonly run: (values: Values<T>, context: CliContext) => Promise<ExitCode>;
}

/** A command of any argument types, for the code that parses the command line and prints help. */
export interface ListedCommand extends Omit<Command<ArgsDef>, "run"> {
  readonly definition: CommandDef;
}

export function defineCommand<const T extends ArgsDef>({ name, args, examples, run }: Command<T>): ListedCommand {
  const options: ArgsDef = args;
  const definition = defineCittyCommand({
    meta: { name, description: commandDescriptions[name] },
    args: options,
    run: async ({ args: values, data }) => await run(values as unknown as Values<T>, data as CliContext),
  });
  return { name, args, examples, definition };
}

/** Runs a command with parsed values, since citty's `runCommand` would parse the arguments again. */
export async function invoke({ args, definition }: ListedCommand, given: GivenValues, context: CliContext): Promise<ExitCode> {
  const flags = Object.keys(args).filter((name) => args[name]?.type === "boolean");
  const values = { ...Object.fromEntries(flags.map((name) => [name, false])), ...given };
  return (await definition.run?.({ rawArgs: [], args: values as unknown as ParsedArgs, cmd: definition, data: context })) as ExitCode;
}
