/** The system's name service, which Java uses too. Runs getent(1). */

import { hasCode } from "../../core/errors.ts";
import { runCommand } from "../../core/process.ts";

/** Exit code of getent(1) for a key that was not found. */
const notFound = 2;

/** Whether a database lacks a key. False without getent: then this cannot be checked, and most machines have these entries. */
export async function isMissingIn(database: "ahosts" | "passwd", key: string, signal?: AbortSignal): Promise<boolean> {
  try {
    return (await runCommand({ program: "getent", args: [database, key] }, { signal })).exitCode === notFound;
  } catch (error) {
    if (!hasCode(error, "prerequisite")) throw error;
    return false;
  }
}
