/**
 * Reads the command line. citty's definitions say which options a command has; the parser of node:util splits the arguments, because
 * citty's own accepts unknown options and stray words.
 */

import { parseArgs } from "node:util";
import type { ArgsDef } from "citty";
import { distance } from "fastest-levenshtein";
import { StreamctlError } from "../core/errors.ts";

export interface CommandWords {
  /** Options before the command's name. */
  readonly before: readonly string[];
  /** The first argument that is neither an option nor the value of one; undefined if there is none. */
  readonly name: string | undefined;
  readonly after: readonly string[];
}

/** Splits the arguments at the command's name. Only common options can stand before it, so only those are looked for there. */
export function splitAtCommand(argv: readonly string[], common: ArgsDef): CommandWords {
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? "";
    if (!argument.startsWith("-")) return { before: argv.slice(0, at), name: argument, after: argv.slice(at + 1) };
    if (argument.startsWith("--") && common[argument.slice(2)]?.type === "string") at += 1;
  }
  return { before: argv, name: undefined, after: [] };
}

/** Values by the names of options and positional arguments; an option without a value is true. What was not given is absent. */
export type GivenValues = Readonly<Record<string, string | true>>;

export interface ReadArguments {
  readonly values: GivenValues;
  /** The first mistake, with code `usage`: an unknown option, a missing or needless value, an unexpected argument. */
  readonly mistake: StreamctlError | undefined;
}

/**
 * Reads the arguments of a command, or those before it. Never throws: `values` has what was understood even if there is a mistake, such as
 * `--json`, which decides how the mistake is reported.
 *
 * @param command its name, for the messages; undefined for the options before a command
 */
export function readArguments(argv: readonly string[], args: ArgsDef, command?: string): ReadArguments {
  const options = parserOptions(args);
  const words = Object.keys(args).filter((name) => args[name]?.type === "positional");
  const values: Record<string, string | true> = {};
  const mistakes: StreamctlError[] = [];
  let wordCount = 0;
  for (const token of parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === "positional") {
      const word = words[wordCount];
      wordCount += 1;
      if (word === undefined) mistakes.push(unexpectedArgument(token.value, words.length, command));
      else values[word] = token.value;
    } else if (token.kind === "option") {
      const type = Object.hasOwn(options, token.name) ? options[token.name]?.type : undefined;
      if (type === undefined) {
        const argument = argv[token.index] ?? token.rawName;
        mistakes.push(unknownOption(token.name, token.rawName, { argument, options, takesWords: words.length > 0, command }));
      } else if (type === "boolean") {
        values[token.name] = true;
        if (token.value !== undefined)
          mistakes.push(usageError(`Option ${token.rawName} takes no value, but got "${token.value}"`, command));
      } else if (token.value === undefined) mistakes.push(usageError(`Option ${token.rawName} needs a value`, command));
      else if (!token.inlineValue && /^--[a-z]/u.test(token.value)) {
        mistakes.push(missingValue(token.rawName, token.value));
        const swallowed = token.value.slice(2);
        if (options[swallowed]?.type === "boolean") values[swallowed] = true;
      } else values[token.name] = token.value;
    }
  }
  return { values, mistake: mistakes[0] };
}

function usageError(message: string, command: string | undefined): StreamctlError {
  return new StreamctlError("usage", message, { hint: seeHelp(command) });
}

function seeHelp(command: string | undefined): string {
  return `Run: streamctl ${command === undefined ? "" : `${command} `}--help`;
}

function unexpectedArgument(word: string, expected: number, command: string | undefined): StreamctlError {
  const takes = expected === 0 ? "no arguments" : expected === 1 ? "one argument" : `${expected} arguments`;
  return usageError(`Unexpected argument "${word}": ${command ?? "streamctl"} takes ${takes}`, command);
}

interface OptionContext {
  /** The whole argument that the option is part of. */
  readonly argument: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly takesWords: boolean;
  readonly command: string | undefined;
}

function unknownOption(name: string, rawName: string, { argument, options, takesWords, command }: OptionContext): StreamctlError {
  const nearest = nearestName(name, Object.keys(options));
  if (nearest !== undefined)
    return new StreamctlError("usage", `Unknown option ${rawName}`, { hint: `Did you mean --${nearest}? ${seeHelp(command)}` });
  // An SQL statement that begins with a comment or a minus: no option contains a space.
  if (takesWords && command !== undefined && /\s/u.test(argument)) {
    const hint = `To pass it as an argument, put -- before it: streamctl ${command} [options] -- "${argument}"`;
    return new StreamctlError("usage", `Unknown option ${argument}`, { hint });
  }
  if (command !== undefined) return usageError(`Unknown option ${rawName}`, command);
  return new StreamctlError("usage", `Unknown option ${rawName}`, {
    hint: `Write options of a command after its name. ${seeHelp(command)}`,
  });
}

function missingValue(option: string, next: string): StreamctlError {
  const long = option.startsWith("--");
  const hint = `Write its value before ${next}${long ? `; a value that begins with -- is written ${option}=VALUE` : ""}`;
  return new StreamctlError("usage", `Option ${option} needs a value`, { hint });
}

/** The name that was probably meant; undefined if none is similar. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const ranked = names.map((name) => ({ name, edits: distance(typed, name) })).toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.ceil(typed.length / 3) ? best.name : undefined;
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
