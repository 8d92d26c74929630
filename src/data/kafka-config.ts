/** Files of librdkafka properties, `name=value` line by line, as `--kafka-config` takes them. */

import { readFile } from "node:fs/promises";
import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import type { KafkaProperties } from "../kafka/properties.ts";

/**
 * Reads properties: one `name=value` a line, spaces around both are cut off, the value may hold `=` and be empty; empty
 * lines and lines that begin with `#` say nothing. A file of Windows reads the same.
 *
 * @param file its name, for errors
 * @throws StreamctlError `usage` with the line's number
 */
export function parseKafkaConfig(text: string, file: string): KafkaProperties {
  const properties = new Map<string, string>();
  for (const [index, line] of text
    .replace(/^\u{FEFF}/u, "")
    .split(/\r\n|\r|\n/u)
    .entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const refuse = (why: string, hint: string): StreamctlError =>
      new StreamctlError("usage", `Cannot read "${file}": line ${index + 1} ${why}`, { hint });
    const split = trimmed.indexOf("=");
    const name = trimmed.slice(0, Math.max(0, split)).trim();
    if (split < 0) throw refuse(`has no "="`, "Write properties of librdkafka as name=value, comments after #");
    if (!/^[a-z0-9_.]+$/iu.test(name)) throw refuse(`names no property`, "Write properties of librdkafka as name=value");
    if (properties.has(name)) throw refuse(`gives "${name}" again`, "Keep one of the two lines");
    const value = trimmed.slice(split + 1).trim();
    const conflict = uncountable(name, value);
    if (conflict !== undefined) throw refuse(`sets ${name}, ${conflict}`, "Take the line out");
    properties.set(name, value);
  }
  return Object.fromEntries(properties);
}

/** Why a property makes it impossible to say what was delivered; undefined for any other. */
function uncountable(name: string, value: string): string | undefined {
  if (name === "transactional.id") return "and messages are not sent in transactions here";
  if ((name === "acks" || name === "request.required.acks") && value === "0") return "and what no broker acknowledges cannot be counted";
  return undefined;
}

/** @throws StreamctlError `usage` when the file cannot be read or a line is wrong */
export async function readKafkaConfig(file: string): Promise<KafkaProperties> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const why = systemCode(error) === "ENOENT" ? "there is no such file" : messageOf(error);
    throw new StreamctlError("usage", `Cannot read "${file}": ${why}`, {
      cause: error,
      hint: "Give --kafka-config a file of librdkafka properties",
    });
  }
  return parseKafkaConfig(text, file);
}
