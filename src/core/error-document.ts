/** Errors as JSON documents. */

import { type ErrorCode, isDiskFull, messageOf, StreamctlError, systemCode } from "./errors.ts";
import { stringAt } from "./json.ts";

export interface ErrorDocument {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null };
}

/** The document that `--json` prints if a command fails, and that the console sends. */
export function errorDocument(error: unknown): ErrorDocument {
  const { code, message, hint } = asStreamctlError(error);
  return { error: { code, message, hint: hint ?? null } };
}

/** Any thrown value as an error with a code. An unexpected one is a defect of streamctl. */
export function asStreamctlError(error: unknown): StreamctlError {
  if (error instanceof StreamctlError) return error;
  const known = fileSystemError(error);
  if (known) return known;
  return new StreamctlError("internal", messageOf(error), {
    cause: error,
    hint: "This is a defect of streamctl. Run the command again with --verbose, and report the output",
  });
}

const fileSystemReasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is exceeded",
  EEXIST: "it is not a folder",
  EISDIR: "it is a folder",
  ENOSPC: "no space left on the disk",
  ENOTDIR: "it is not a folder",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
};

/** A file system error, which is not a defect of streamctl. */
function fileSystemError(error: unknown): StreamctlError | undefined {
  const [code, path] = [systemCode(error), stringAt(error, "path")];
  // An error of writing to an open file has no path.
  if (isDiskFull(error) && path === undefined) {
    return new StreamctlError("no-space", "Cannot write a file: no space left on the disk", {
      cause: error,
      hint: "Free some space; streamctl down --volumes deletes the stack of this folder",
    });
  }
  // Code that reads a file handles a missing one itself.
  const noParent = code === "ENOENT" && stringAt(error, "syscall") === "mkdir" ? "a folder cannot be created there" : undefined;
  const why = code === undefined ? undefined : (fileSystemReasons[code] ?? noParent);
  if (code === undefined || path === undefined || why === undefined) return undefined;
  return new StreamctlError(isDiskFull(error) ? "no-space" : "state", `Cannot use "${path}": ${why}`, {
    cause: error,
    hint: "Fix this, or use another folder: --state-dir DIR",
  });
}
