import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StreamctlError, systemCode } from "../../core/errors.ts";
import { runCommand } from "../../core/process.ts";

/**
 * Whether programs in a folder can be executed, and so libraries in it loaded: not where its file system is mounted with noexec. The
 * folder is made where it is missing.
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

/** What comes of a state folder that does not allow it: the engines unpack native code there. */
export function noExecution(folder: string): string {
  return (
    `"${folder}" lies on a file system that allows no execution (noexec): Kafka will refuse records compressed by snappy or zstd. ` +
    "Take another folder for them: --state-dir DIR"
  );
}
