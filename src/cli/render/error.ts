/** Errors as text, as a JSON document, and as an exit code. */

import { type ErrorCode, isDiskFull, messageOf, StreamctlError, systemCode } from "../../core/errors.ts";
import { stringAt } from "../../core/json.ts";
import { escapeControls, escapeControlsKeepingLines } from "./cell.ts";

export interface ErrorDocument {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null };
}

/** 2 for a usage error and for a feature that this version does not support, 130 for an interruption, otherwise 1. */
export function exitCodeOf(error: unknown): 1 | 2 | 130 {
  const { code } = asStreamctlError(error);
  if (code === "usage" || code === "not-available") return 2;
  return code === "interrupted" ? 130 : 1;
}

/** The document that `--json` prints if a command fails. */
export function errorDocument(error: unknown): ErrorDocument {
  const { code, message, hint } = asStreamctlError(error);
  return { error: { code, message, hint: hint ?? null } };
}

/** The message, the detail and the hint, if any; with `verbose` the causes, outermost first. */
export function renderError(error: unknown, options: { readonly verbose: boolean }): string {
  const { message, hint, detail, cause } = asStreamctlError(error);
  const lines = [`error: ${oneLine(message)}`];
  if (detail !== undefined && detail.trim() !== "") lines.push(...indented(detail));
  if (hint !== undefined) lines.push(`hint: ${oneLine(hint)}`);
  if (options.verbose) lines.push(...causes(cause));
  return `${lines.join("\n")}\n`;
}

/** Any thrown value as an error with a code. An unexpected one is a defect of streamctl. */
function asStreamctlError(error: unknown): StreamctlError {
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

function causes(first: unknown): readonly string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  for (let cause = first; cause !== undefined && cause !== null && !seen.has(cause);) {
    seen.add(cause);
    lines.push(`caused by: ${cause instanceof Error ? `${cause.name}: ` : ""}${oneLine(messageOf(cause))}`);
    if (cause instanceof StreamctlError && cause.detail !== undefined) lines.push(...indented(cause.detail));
    if (cause instanceof Error && !(cause instanceof StreamctlError)) lines.push(...stackOf(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return lines;
}

function stackOf(error: Error): readonly string[] {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s*at /u.test(line));
  return frames.map((frame) => `    ${escapeControls(frame.trim())}`);
}

function oneLine(text: string): string {
  return escapeControls(text.trim().replaceAll(/\s*[\r\n]+\s*/gu, " "));
}

function indented(text: string): readonly string[] {
  return escapeControlsKeepingLines(text.replaceAll("\r\n", "\n").trimEnd())
    .split("\n")
    .map((line) => `    ${line}`);
}
