/**
 * Parses the command line. The options of a command are defined in citty's format; the parser of node:util splits the arguments, because
 * citty's own parser accepts unknown options and surplus arguments.
 */

import { parseArgs } from "node:util";
import type { ArgsDef } from "citty";
import { distance } from "fastest-levenshtein";
import { StreamctlError } from "../core/errors.ts";

export interface SplitCommandLine {
  /** Options before the command's name. */
  readonly before: readonly string[];
  /** The first argument that is neither an option nor the value of one; undefined if there is none. */
  readonly name: string | undefined;
  readonly after: readonly string[];
}

/** Splits the arguments at the command's name. Only common options may precede it. */
export function splitAtCommand(argv: readonly string[], common: ArgsDef): SplitCommandLine {
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? "";
    if (!argument.startsWith("-")) return { before: argv.slice(0, at), name: argument, after: argv.slice(at + 1) };
    if (argument.startsWith("--") && common[argument.slice(2)]?.type === "string") at += 1;
  }
  return { before: argv, name: undefined, after: [] };
}

/** Values by the names of options and positional arguments; an option without a value is true. Options that were not given are absent. */
export type GivenValues = Readonly<Record<string, string | true>>;

export interface ReadArguments {
  readonly values: GivenValues;
  /** The first mistake, with code `usage`: an unknown option, a missing or surplus value, an unexpected argument. */
  readonly mistake: StreamctlError | undefined;
}

/**
 * Parses the arguments of a command, or those before it. Never throws: `values` contains the valid options even if there is a mistake,
 * because `--json`, for example, determines how the mistake is reported.
 *
 * @param command its name, for the messages; undefined for the options before a command
 */
export function readArguments(argv: readonly string[], args: ArgsDef, command?: string): ReadArguments {
  const options = parserOptions(args);
  const positionals = Object.keys(args).filter((name) => args[name]?.type === "positional");
  const values: Record<string, string | true> = {};
  const mistakes: StreamctlError[] = [];
  let positionalCount = 0;
  for (const token of parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === "positional") {
      const word = positionals[positionalCount];
      positionalCount += 1;
      if (word === undefined) mistakes.push(unexpectedArgument(token.value, positionals.length, command));
      else values[word] = token.value;
    } else if (token.kind === "option") {
      const type = Object.hasOwn(options, token.name) ? options[token.name]?.type : undefined;
      if (type === undefined) {
        const argument = argv[token.index] ?? token.rawName;
        mistakes.push(unknownOption(token.name, token.rawName, { argument, options, takesArguments: positionals.length > 0, command }));
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
  /** The complete argument that contains the option. */
  readonly argument: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly takesArguments: boolean;
  readonly command: string | undefined;
}

function unknownOption(name: string, rawName: string, { argument, options, takesArguments, command }: OptionContext): StreamctlError {
  // The nearest name of a negated option means the opposite.
  const nearest = name.startsWith("no-") ? undefined : nearestName(name, Object.keys(options));
  if (nearest !== undefined)
    return new StreamctlError("usage", `Unknown option ${rawName}`, { hint: `Did you mean --${nearest}? ${seeHelp(command)}` });
  // An SQL statement that begins with a comment or a minus: no option contains a space.
  if (takesArguments && command !== undefined && /\s/u.test(argument)) {
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

/** The most similar name, for a suggestion; undefined if none is similar. */
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
