/** Errors as text, and as an exit code. */

import { asStreamctlError } from "../../core/error-document.ts";
import { messageOf, StreamctlError } from "../../core/errors.ts";
import { escapeControls, escapeControlsKeepingLines } from "./cell.ts";

/** 2 for a usage error and for a feature that this version does not support, 130 for an interruption, otherwise 1. */
export function exitCodeOf(error: unknown): 1 | 2 | 130 {
  const { code } = asStreamctlError(error);
  if (code === "usage" || code === "not-available") return 2;
  return code === "interrupted" ? 130 : 1;
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
