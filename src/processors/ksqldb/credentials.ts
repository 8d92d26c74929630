/** What a ksqlDB server that is not ours may want to know of who asks: a user's name and password, from the environment alone. */

import { StreamctlError } from "../../core/errors.ts";
import { isLoopback } from "../../core/loopback.ts";

/** Name of the variable: `user:password`. Nothing of it is ever kept or shown. */
export const credentialsVariable = "STREAMCTL_KSQLDB_CREDENTIALS";

/**
 * The header of HTTP's basic authentication; none where no credentials are given.
 *
 * @throws StreamctlError `usage` where they have no colon; the message does not repeat them
 */
export function authorization(environment: Readonly<Record<string, string | undefined>> = process.env): Readonly<Record<string, string>> {
  const credentials = environment[credentialsVariable] ?? "";
  if (credentials === "") return {};
  if (!credentials.includes(":"))
    throw new StreamctlError("usage", `Cannot use ${credentialsVariable}: it is not of the form user:password`);
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/**
 * That the credentials are sent to another host in the clear, and what to do; undefined where there are none, or nobody else can read
 * them. Repeats nothing of them.
 */
export function exposedCredentials(
  url: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const { protocol, hostname, host } = new URL(url);
  if ((environment[credentialsVariable] ?? "") === "" || protocol !== "http:" || isLoopback(hostname)) return undefined;
  return `Anybody on the way to ${host} can read ${credentialsVariable}: use https, as in --ksqldb-url https://${host}`;
}

/** A server that does not take who asks. */
export function unauthorized(url: string): StreamctlError {
  return new StreamctlError("processor", `Cannot use ksqlDB at "${url}": it wants other credentials than it was given, or any`, {
    hint: `Give them in the environment: ${credentialsVariable}=user:password`,
    facts: { engine: "ksqldb", condition: "unauthorized" },
  });
}
