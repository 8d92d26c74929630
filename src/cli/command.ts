/** A command as citty takes it, with what every command of ours gets. */

import type { ArgsDef, CommandDef, ParsedArgs } from "citty";
import { commandDescriptions } from "./descriptions.ts";
import type { CliContext, ExitCode } from "./context.ts";

export interface Command<T extends ArgsDef> {
  readonly name: keyof typeof commandDescriptions;
  readonly args: T;
  /** Carries the command out; what it throws becomes two lines and an exit code. */
  readonly run: (args: ParsedArgs<T>, context: CliContext) => Promise<ExitCode>;
}

/** A command whose options can be read before it runs. */
export type ListedCommand = Omit<CommandDef, "args"> & { readonly args: ArgsDef };

export function defineCommand<const T extends ArgsDef>({ name, args, run }: Command<T>): ListedCommand {
  const definition: CommandDef<T> = {
    meta: { name, description: commandDescriptions[name] },
    args,
    run: ({ args: typed, data }) => run(typed, data as CliContext),
  };
  // citty's type of a command is invariant in its options; nothing outside reads them by name.
  return definition as unknown as ListedCommand;
}
