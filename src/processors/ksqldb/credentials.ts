/** Credentials for an external ksqlDB server, read only from the environment. */

import { StreamctlError } from "../../core/errors.ts";
import { isLoopback } from "../../core/loopback.ts";

/** Environment variable with `user:password`. Its value is never stored or shown. */
export const credentialsVariable = "STREAMCTL_KSQLDB_CREDENTIALS";

/**
 * The header for HTTP basic authentication; empty without credentials.
 *
 * @throws StreamctlError `usage` for credentials without a colon; the message does not contain them
 */
export function authorization(environment: Readonly<Record<string, string | undefined>> = process.env): Readonly<Record<string, string>> {
  const credentials = environment[credentialsVariable] ?? "";
  if (credentials === "") return {};
  if (!credentials.includes(":"))
    throw new StreamctlError("usage", `Cannot use ${credentialsVariable}: it must have the form user:password`);
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/**
 * A warning if the credentials would be sent unencrypted to another host; undefined otherwise. Does not contain the credentials.
 */
export function exposedCredentials(
  url: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const { protocol, hostname, host } = new URL(url);
  if ((environment[credentialsVariable] ?? "") === "" || protocol !== "http:" || isLoopback(hostname)) return undefined;
  return `${credentialsVariable} is sent unencrypted to ${host}; use https: --ksqldb-url https://${host}`;
}

/** The error for missing or rejected credentials. */
export function unauthorized(url: string): StreamctlError {
  return new StreamctlError("processor", `Cannot use ksqlDB at "${url}": it rejected the credentials, or none were given`, {
    hint: `Set the environment variable ${credentialsVariable}=user:password`,
    facts: { engine: "ksqldb", condition: "unauthorized" },
  });
}
