/** Whether what is sent to a host stays on this machine. */

import { isIP } from "node:net";

/** @param host a name or an address, in brackets or without; no name is resolved */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(?<inner>.*)\]$/u, "$<inner>").toLowerCase();
  if (isIP(name) === 4) return name.startsWith("127.");
  if (isIP(name) === 6) return name === "::1" || name.startsWith("::ffff:127.") || /^::ffff:7f[0-9a-f]{2}:/u.test(name);
  return name === "localhost" || name.endsWith(".localhost");
}
