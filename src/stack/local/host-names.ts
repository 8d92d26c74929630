/** Java programs resolve the name of their machine, and some (Pinot's server) do not start when it does not resolve. */

import { hostname } from "node:os";
import { hasCode } from "../../core/errors.ts";
import { readIfExists } from "../../core/files.ts";
import { runCommand } from "../../core/process.ts";

/** Exit code of getent(1) for a key that was not found. */
const notFound = 2;

/** This machine's name if it does not resolve by the system's name service, which Java uses too; otherwise undefined. */
export async function unresolvableHostName(signal: AbortSignal | undefined): Promise<string | undefined> {
  const name = hostname();
  try {
    const { exitCode } = await runCommand({ program: "getent", args: ["ahosts", name] }, { signal });
    return exitCode === notFound ? name : undefined;
  } catch (error) {
    // Without getent this cannot be checked, and most machines can resolve their name.
    if (!hasCode(error, "prerequisite")) throw error;
    return undefined;
  }
}

/**
 * A hosts file for a JVM, which then uses no other name service: the entries of /etc/hosts, and `name` for the loopback address.
 * https://bugs.openjdk.org/browse/JDK-8176361
 */
export async function hostsFileWith(name: string, systemFile = "/etc/hosts"): Promise<string> {
  return `${(await readIfExists(systemFile)) ?? ""}\n127.0.0.1 localhost ${name}\n`;
}
