/** Java programs ask for the name of their machine, and some of them (Pinot's server) do not start where nothing resolves it. */

import { hostname } from "node:os";
import { hasCode } from "../../core/errors.ts";
import { readIfExists } from "../../core/files.ts";
import { runCommand } from "../../core/process.ts";

/** What getent(1) ends with where no table of names holds what it was asked for. */
const notFound = 2;

/** A name of this machine that does not resolve, by the tables that Java asks too; undefined where it does. */
export async function unknownHostName(signal: AbortSignal | undefined): Promise<string | undefined> {
  const name = hostname();
  try {
    const { exitCode } = await runCommand({ program: "getent", args: ["ahosts", name] }, { signal });
    return exitCode === notFound ? name : undefined;
  } catch (error) {
    // Without getent nobody knows, and most machines know their name.
    if (!hasCode(error, "prerequisite")) throw error;
    return undefined;
  }
}

/**
 * A table of names for a JVM, which then asks no other: those of this machine's own, and `name` for the loopback address.
 * https://bugs.openjdk.org/browse/JDK-8176361
 */
export async function hostsWith(name: string, tableOfMachine = "/etc/hosts"): Promise<string> {
  return `${(await readIfExists(tableOfMachine)) ?? ""}\n127.0.0.1 localhost ${name}\n`;
}
