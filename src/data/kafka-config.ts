/**
 * Files of librdkafka properties, `name=value` line by line, as `--kafka-config` takes them. Secrets come with them, and never by
 * flags, which every process of the machine can read: plain in a file of the user's own, or named by a reference.
 */

import { open } from "node:fs/promises";
import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import type { KafkaProperties } from "../kafka/properties.ts";
import { readJavaProperty } from "./java-properties.ts";
import { type Environment, resolveReferences, containsReference } from "./value-references.ts";

export interface KafkaConfigContext {
  /** Where `${env:NAME}` is looked up. */
  readonly environment: Environment;
  /** Told where others may read a secret, and what is left out. */
  readonly warn: (message: string) => void;
}

/** A property as it is written. */
export interface ConfigLine {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  /** References in it are not followed. */
  readonly value: string;
}

/**
 * Reads properties: one `name=value` a line, spaces around both are cut off, the value may hold `=` and be empty; empty
 * lines and lines that begin with `#` say nothing. A file of Windows reads the same. No error quotes a value. Only a JAAS configuration
 * goes on behind a backslash at the end of its line, as Java's files do: a password may end in one.
 *
 * @param file its name, for errors
 * @throws StreamctlError `usage` with the line's number
 */
export function parseKafkaConfig(text: string, file: string): readonly ConfigLine[] {
  const lines = new Map<string, ConfigLine>();
  for (const { number, text: line } of textLines(text)) {
    const split = line.indexOf("=");
    const name = line.slice(0, Math.max(0, split)).trim();
    const form = "Write properties of librdkafka as name=value, comments after #";
    if (split < 0) throw refusal(file, number, `has no "="`, form);
    if (!/^[a-z0-9_.]+$/iu.test(name)) throw refusal(file, number, "names no property", form);
    if (lines.has(name)) throw refusal(file, number, `gives "${name}" again`, "Keep one of the two lines");
    lines.set(name, { number, name, value: line.slice(split + 1).trim() });
  }
  return [...lines.values()];
}

/** Lines that say something, with the number of their first one. */
function textLines(text: string): { readonly number: number; readonly text: string }[] {
  const lines: { readonly number: number; text: string }[] = [];
  let goesOn = false;
  for (const [index, line] of text
    .replace(/^\u{FEFF}/u, "")
    .split(/\r\n|\r|\n/u)
    .entries()) {
    const trimmed = line.trim();
    const last = lines.at(-1);
    if (goesOn && last !== undefined) last.text += trimmed;
    else if (trimmed !== "" && !trimmed.startsWith("#")) lines.push({ number: index + 1, text: trimmed });
    const current = lines.at(-1);
    goesOn = current !== undefined && current.text.endsWith("\\") && /^sasl\.jaas\.config\s*=/u.test(current.text);
    if (goesOn && current !== undefined) current.text = current.text.slice(0, -1);
  }
  return lines;
}

/** The lines as librdkafka takes them. @throws StreamctlError `usage` for what has no place there */
function withoutJava(lines: readonly ConfigLine[], file: string, warn: (message: string) => void): readonly ConfigLine[] {
  const leftOut: string[] = [];
  const kept = new Map<string, ConfigLine>();
  for (const line of lines) {
    const java = readJavaProperty(line);
    if (java?.kind === "refused") throw refusal(file, line.number, java.why, java.hint);
    if (java?.kind === "left out") {
      if (java.but === undefined) leftOut.push(`${line.name} (line ${line.number})`);
      else warn(`Left out of "${file}": ${line.name} (line ${line.number}); ${java.but}`);
    }
    for (const own of java === undefined ? [line] : java.kind === "translated" ? java.lines : []) {
      if (kept.has(own.name)) throw refusal(file, own.number, `gives "${own.name}" again`, "Keep one of the two lines");
      kept.set(own.name, own);
    }
  }
  if (leftOut.length > 0) warn(`Left out of "${file}", because only Java's clients and other tools know them: ${leftOut.join(", ")}`);
  return [...kept.values()];
}

/** Reads the file and what its values refer to. @throws StreamctlError `usage` when one of them cannot be read or a line is wrong */
export async function readKafkaConfig(file: string, { environment, warn }: KafkaConfigContext): Promise<KafkaProperties> {
  const { text, openToOthers } = await readText(file);
  const lines = withoutJava(parseKafkaConfig(text, file), file, warn);
  const properties: Record<string, string> = {};
  for (const { number, name, value: written } of lines) {
    const { value, trouble } = await resolveReferences(written, environment);
    if (trouble !== undefined) throw refusal(file, number, `gives no value for ${name}: ${trouble.why}`, trouble.hint);
    const conflict = uncountable(name, value);
    if (conflict !== undefined) throw refusal(file, number, `sets ${name}, ${conflict}`, "Take the line out");
    properties[name] = value;
  }
  const plain = lines.find(({ name, value }) => isSecret(name) && value !== "" && !containsReference(value))?.name;
  if (openToOthers && plain !== undefined) {
    warn(`Other users can read ${plain} in "${file}": chmod 600 it, or write ${plain}=\${env:NAME} or ${plain}=\${file:PATH}`);
  }
  return properties;
}

async function readText(file: string): Promise<{ readonly text: string; readonly openToOthers: boolean }> {
  try {
    const handle = await open(file);
    try {
      const about = await handle.stat();
      return { text: await handle.readFile("utf8"), openToOthers: about.isFile() && (about.mode & 0o044) !== 0 };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const missing = systemCode(error) === "ENOENT";
    if (missing && /^[\w.]+=/u.test(file)) {
      throw new StreamctlError("usage", "Cannot take properties from the command line: every process of this machine can read it", {
        hint: "Write them into a file: --kafka-config FILE",
      });
    }
    throw new StreamctlError("usage", `Cannot read "${file}": ${missing ? "there is no such file" : messageOf(error)}`, {
      cause: error,
      hint: "Give --kafka-config a file of librdkafka properties",
    });
  }
}

function refusal(file: string, line: number, why: string, hint: string): StreamctlError {
  return new StreamctlError("usage", `Cannot read "${file}": line ${line} ${why}`, { hint });
}

/** Properties whose value is itself a secret. Source: CONFIGURATION.md of librdkafka. */
function isSecret(name: string): boolean {
  return /(?:password|passphrase|secret|key\.pem)$/u.test(name) || name === "sasl.oauthbearer.config";
}

/** Why a property makes it impossible to say what was delivered; undefined for any other. */
function uncountable(name: string, value: string): string | undefined {
  if (name === "transactional.id") return "and messages are not sent in transactions here";
  if ((name === "acks" || name === "request.required.acks") && value === "0") return "and what no broker acknowledges cannot be counted";
  return undefined;
}
