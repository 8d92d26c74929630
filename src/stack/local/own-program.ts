/** The command that starts streamctl itself again, for a service that is a command of streamctl. */

import { StreamctlError } from "../../core/errors.ts";

export interface OwnProgram {
  readonly program: string;
  /** Arguments before those of streamctl. */
  readonly args: readonly string[];
}

/** Virtual folder of the modules in a compiled executable. */
const executableFiles = "/$bunfs/";

/** The executable, or the runtime with the main module. */
export function ownProgram(): OwnProgram {
  const { execPath: program, execArgv, versions } = process;
  const [, entry] = process.argv;
  if (entry === undefined) throw new StreamctlError("internal", "Cannot determine the main module of this program");
  if (entry.startsWith(executableFiles)) return { program, args: [] };
  return { program, args: [...("deno" in versions ? ["run", "-A"] : execArgv), entry] };
}
