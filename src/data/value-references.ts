/**
 * Values that stand elsewhere: `${env:NAME}` for a variable of the environment, `${file:PATH}` for the whole text of a file. The names
 * are those of Kafka's own configuration providers (https://kafka.apache.org/documentation/#config_providers), but a file is a
 * secret as such, as container runtimes mount them, and not a table of them.
 */

import { readFile } from "node:fs/promises";
import { messageOf, systemCode } from "../core/errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Why there is no value. Quotes nothing of the text that holds the reference. */
export interface ReferenceProblem {
  readonly why: string;
  readonly hint: string;
}

const reference = /\$\{(?<source>\w+):(?<place>[^}]*)(?<end>\}?)/u;

export function containsReference(text: string): boolean {
  return reference.test(text);
}

/**
 * The text with what its references name in their place; what comes in is not searched for further ones. Of a file, one line
 * break at its end is cut off; a relative path counts from the working directory, as librdkafka's own do.
 */
export async function resolveReferences(
  text: string,
  environment: Environment,
): Promise<{ readonly value: string; readonly trouble?: ReferenceProblem }> {
  let value = "";
  let rest = text;
  for (let found = reference.exec(rest); found !== null; found = reference.exec(rest)) {
    const { source = "", place = "", end = "" } = found.groups ?? {};
    const answer = end === "" ? unknown : await lookUp(source, place, environment);
    if (typeof answer !== "string") return { value: "", trouble: answer };
    value += rest.slice(0, found.index) + answer;
    rest = rest.slice(found.index + found[0].length);
  }
  return { value: value + rest };
}

const unknown: ReferenceProblem = {
  why: "it refers to neither a variable nor a file",
  hint: "Write ${env:NAME} or ${file:PATH}; a value that itself looks like that goes into a file or a variable",
};

async function lookUp(source: string, place: string, environment: Environment): Promise<string | ReferenceProblem> {
  if (source === "env") {
    const value = environment[place];
    if (value !== undefined && value !== "") return value;
    return {
      why: `the variable ${place} is ${value === undefined ? "not set" : "empty"}`,
      hint: `Set it for this command, as in: export ${place}`,
    };
  }
  if (source !== "file") return unknown;
  try {
    return (await readFile(place, "utf8")).replace(/\r?\n$/u, "");
  } catch (error) {
    const why = systemCode(error) === "ENOENT" ? "there is no such file" : messageOf(error);
    return { why: `"${place}" cannot be read: ${why}`, hint: "Name a file that holds the value and nothing else" };
  }
}
