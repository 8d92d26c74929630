/** What a failure looks like: two lines for a person, one document for a program, one exit code for the shell. */

import { type ErrorCode, isDiskFull, messageOf, StreamctlError, systemCode } from "../../core/errors.ts";
import { stringAt } from "../../core/json.ts";
import { harmless, harmlessLines } from "./cell.ts";

export interface ErrorDocument {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null };
}

/** 2 for what was typed wrongly or is not served yet, 130 for an interruption, 1 for everything else. */
export function exitCodeOf(error: unknown): 1 | 2 | 130 {
  const { code } = asStreamctlError(error);
  if (code === "usage" || code === "not-available") return 2;
  return code === "interrupted" ? 130 : 1;
}

/** The document that `--json` prints where a command has no result. */
export function errorDocument(error: unknown): ErrorDocument {
  const { code, message, hint } = asStreamctlError(error);
  return { error: { code, message, hint: hint ?? null } };
}

/** What and why, the detail where there is one, what to do; with `verbose` the causes, outermost first. */
export function renderError(error: unknown, options: { readonly verbose: boolean }): string {
  const { message, hint, detail, cause } = asStreamctlError(error);
  const lines = [`error: ${oneLine(message)}`];
  if (detail !== undefined && detail.trim() !== "") lines.push(...indented(detail));
  if (hint !== undefined) lines.push(`hint: ${oneLine(hint)}`);
  if (options.verbose) lines.push(...causes(cause));
  return `${lines.join("\n")}\n`;
}

/** Whatever was thrown as an error with a code: what nobody foresaw is a defect of streamctl. */
function asStreamctlError(error: unknown): StreamctlError {
  if (error instanceof StreamctlError) return error;
  const folder = refusedByTheDisk(error);
  if (folder) return folder;
  return new StreamctlError("internal", messageOf(error), {
    cause: error,
    hint: "This is a defect of streamctl: run it again with --verbose and report what it shows",
  });
}

const diskTroubles: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the quota of its disk is used up",
  EEXIST: "a file stands where a folder is needed",
  EISDIR: "it is a folder",
  ENOSPC: "no space left on its disk",
  ENOTDIR: "a file stands where a folder is needed",
  EPERM: "permission denied",
  EROFS: "its disk is read-only",
};

/** A file or folder that cannot be used as it is: the machine's doing, not a defect of streamctl. */
function refusedByTheDisk(error: unknown): StreamctlError | undefined {
  const [code, path] = [systemCode(error), stringAt(error, "path")];
  // Writing to an open file fails without its name.
  if (isDiskFull(error) && path === undefined) {
    return new StreamctlError("no-space", "Cannot write a file: no space left on its disk", {
      cause: error,
      hint: "Free some room; streamctl down --volumes deletes the stack of this folder",
    });
  }
  // What else is not there is missed by whoever looked for it.
  const nowhere = code === "ENOENT" && stringAt(error, "syscall") === "mkdir" ? "no folder can be made there" : undefined;
  const why = code === undefined ? undefined : (diskTroubles[code] ?? nowhere);
  if (code === undefined || path === undefined || why === undefined) return undefined;
  return new StreamctlError(isDiskFull(error) ? "no-space" : "state", `Cannot use "${path}": ${why}`, {
    cause: error,
    hint: "Put that right, or choose another folder: --state-dir DIR",
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
  return frames.map((frame) => `    ${harmless(frame.trim())}`);
}

function oneLine(text: string): string {
  return harmless(text.trim().replaceAll(/\s*[\r\n]+\s*/gu, " "));
}

function indented(text: string): readonly string[] {
  return harmlessLines(text.replaceAll("\r\n", "\n").trimEnd())
    .split("\n")
    .map((line) => `    ${line}`);
}
