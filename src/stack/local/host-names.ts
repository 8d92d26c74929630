/** Java programs resolve the name of their machine, and some (Pinot's server) do not start when it does not resolve. */

import { hostname } from "node:os";
import { readIfExists } from "../../core/files.ts";
import { isMissingIn } from "./name-service.ts";

/** This machine's name if it does not resolve by the system's name service, which Java uses too; otherwise undefined. */
export async function unresolvableHostName(signal: AbortSignal | undefined): Promise<string | undefined> {
  const name = hostname();
  return (await isMissingIn("ahosts", name, signal)) ? name : undefined;
}

/**
 * A hosts file for a JVM, which then uses no other name service: the entries of /etc/hosts, and `name` for the loopback address.
 * https://bugs.openjdk.org/browse/JDK-8176361
 */
export async function hostsFileWith(name: string, systemFile = "/etc/hosts"): Promise<string> {
  return `${(await readIfExists(systemFile)) ?? ""}\n127.0.0.1 localhost ${name}\n`;
}
