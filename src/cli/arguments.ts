/**
 * Strict reading of what was typed. citty lets unknown flags and stray words pass, so each is looked at here first; what
 * comes back is safe to hand to citty.
 */

import { parseArgs } from "node:util";
import type { ArgsDef } from "citty";
import { StreamctlError } from "../core/errors.ts";

export interface TypedCommand {
  /** The first word; undefined where none was typed. */
  readonly name: string | undefined;
  /** Everything else, in order. */
  readonly rest: readonly string[];
}

/** Finds the command's name among global options that stand before it. */
export function findCommand(argv: readonly string[], globals: ArgsDef): TypedCommand {
  const { tokens } = parseArgs({ args: [...argv], options: parserOptions(globals), strict: false, allowPositionals: true, tokens: true });
  const word = tokens.find((token) => token.kind === "positional");
  if (!word) return { name: undefined, rest: argv };
  return { name: word.value, rest: argv.toSpliced(word.index, 1) };
}

/**
 * @param name of the command, for the messages; undefined where none was typed
 * @throws StreamctlError `usage` for an unknown flag, a flag without its value, a value on a flag that takes none, a stray word
 */
export function requireKnownArguments(name: string | undefined, argv: readonly string[], args: ArgsDef): void {
  const options = parserOptions(args);
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const words = Object.values(args).filter(({ type }) => type === "positional").length;
  const command = name ?? "streamctl";
  const hint = `Type: ${name === undefined ? "streamctl" : `streamctl ${name}`} --help`;
  let seen = 0;
  for (const token of tokens) {
    if (token.kind === "positional") {
      seen += 1;
      if (seen > words)
        throw new StreamctlError(
          "usage",
          `Cannot understand "${token.value}": ${command} takes ${words === 0 ? "no words" : `${words} word${words > 1 ? "s" : ""}`}`,
          { hint },
        );
    } else if (token.kind === "option") {
      const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
      if (!known) {
        const nearest = nearestName(token.name, Object.keys(options));
        // No option has a space in it: a statement that begins with a comment.
        const isText = words > 0 && /\s/u.test(token.rawName);
        const plain = isText ? `Put -- before it: streamctl ${command} [OPTIONS] -- "${token.rawName}"` : hint;
        const suggestion = nearest ? `Did you mean --${nearest}? ${hint}` : plain;
        throw new StreamctlError("usage", `Cannot understand "${token.rawName}": ${command} has no such option`, { hint: suggestion });
      }
      if (known.type === "string" && token.value === undefined) {
        throw new StreamctlError("usage", `Cannot understand "${token.rawName}": it needs a value`, { hint });
      }
      if (known.type === "boolean" && token.value !== undefined) {
        throw new StreamctlError("usage", `Cannot understand "${token.rawName}=${token.value}": this option takes no value`, { hint });
      }
    }
  }
}

/** The known name that a typing mistake most likely meant; undefined where none is near. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const ranked = names.map((name) => ({ name, distance: editDistance(typed, name) })).toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(typed.length / 3)) ? best.name : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function parserOptions(args: ArgsDef): Record<string, { type: "string" | "boolean"; short?: string }> {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const [name, definition] of Object.entries(args)) {
    if (definition.type === "positional") continue;
    const aliases = "alias" in definition && definition.alias !== undefined ? [definition.alias].flat() : [];
    const short = aliases.find((alias) => alias.length === 1);
    const type = definition.type === "boolean" ? "boolean" : "string";
    options[name] = short === undefined ? { type } : { type, short };
  }
  return options;
}
