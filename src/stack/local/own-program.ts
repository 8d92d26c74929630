/** How this very program is started once more, for a service that streamctl itself runs. */

import { StreamctlError } from "../../core/errors.ts";

export interface OwnProgram {
  readonly program: string;
  /** Before the words of the command line. */
  readonly args: readonly string[];
}

/** Where Bun keeps the modules of an executable. */
const executableFiles = "/$bunfs/";

/** The executable, or the runtime with the module that it was started with. */
export function ownProgram(): OwnProgram {
  const { execPath: program, execArgv, versions } = process;
  const [, entry] = process.argv;
  if (entry === undefined) throw new StreamctlError("internal", "Nobody knows by which module this program was started");
  if (entry.startsWith(executableFiles)) return { program, args: [] };
  return { program, args: [...("deno" in versions ? ["run", "-A"] : execArgv), entry] };
}
