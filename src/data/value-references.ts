/**
 * References in values: `${env:NAME}` to an environment variable, `${file:PATH}` to the whole text of a file. The names are those of Kafka's
 * configuration providers (https://kafka.apache.org/documentation/#config_providers), but a file contains one secret, as container runtimes
 * mount them, not a list of properties.
 */

import { readFile } from "node:fs/promises";
import { whyUnreadable } from "../core/errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Why a reference has no value. Does not quote the text around the reference. */
export interface ReferenceProblem {
  readonly why: string;
  readonly hint: string;
}

const reference = /\$\{(?<source>\w+):(?<place>[^}]*)(?<end>\}?)/u;

export function containsReference(text: string): boolean {
  return reference.test(text);
}

/**
 * Replaces the references in a text by their values. Values are not searched for further references. One line break at the end of a file is removed. A
 * relative path is resolved against the working directory, as in librdkafka.
 */
export async function resolveReferences(
  text: string,
  environment: Environment,
): Promise<{ readonly value: string; readonly problem?: ReferenceProblem }> {
  let value = "";
  let rest = text;
  for (let found = reference.exec(rest); found !== null; found = reference.exec(rest)) {
    const { source = "", place = "", end = "" } = found.groups ?? {};
    const answer = end === "" ? unknown : await lookUp(source, place, environment);
    if (typeof answer !== "string") return { value: "", problem: answer };
    value += rest.slice(0, found.index) + answer;
    rest = rest.slice(found.index + found[0].length);
  }
  return { value: value + rest };
}

const unknown: ReferenceProblem = {
  why: "the reference names neither a variable nor a file",
  hint: "Write ${env:NAME} or ${file:PATH}; a value that looks like a reference must be in a file or a variable",
};

async function lookUp(source: string, place: string, environment: Environment): Promise<string | ReferenceProblem> {
  if (source === "env") {
    const value = environment[place];
    if (value !== undefined && value !== "") return value;
    return {
      why: `the environment variable ${place} is ${value === undefined ? "not set" : "empty"}`,
      hint: `Set it: export ${place}=VALUE`,
    };
  }
  if (source !== "file") return unknown;
  try {
    return (await readFile(place, "utf8")).replace(/\r?\n$/u, "");
  } catch (error) {
    return { why: `"${place}" cannot be read: ${whyUnreadable(error)}`, hint: "Use a file that contains only the value" };
  }
}
