import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StreamctlError, systemCode } from "../../core/errors.ts";
import { runCommand } from "../../core/process.ts";

/**
 * Whether programs in a folder can be executed, and so native libraries loaded from it: not on a file system mounted with noexec. Creates
 * the folder if it does not exist.
 */
export async function allowsExecution(folder: string): Promise<boolean> {
  const program = join(folder, `.execution-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(program, "#!/bin/sh\n", { mode: 0o700 });
    await runCommand({ program, args: [] });
    return true;
  } catch (error) {
    if (error instanceof StreamctlError && systemCode(error.cause) === "EACCES") return false;
    throw error;
  } finally {
    await rm(program, { force: true });
  }
}

/** The warning for a state folder on a noexec file system, where the engines unpack native libraries. */
export function noexecWarning(folder: string): string {
  return (
    `"${folder}" is on a file system mounted with noexec: Kafka will refuse records compressed with snappy or zstd. ` +
    "To use these, choose another folder: --state-dir DIR"
  );
}
