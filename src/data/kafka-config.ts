/**
 * Reads the file of `--kafka-config`: librdkafka properties, one `name=value` per line. Secrets belong in such a file, as text or as references,
 * never in options, which every process on the machine can read.
 */

import { open } from "node:fs/promises";
import { StreamctlError, systemCode, whyUnreadable } from "../core/errors.ts";
import type { KafkaProperties } from "../kafka/properties.ts";
import { readJavaProperty } from "./java-properties.ts";
import { type Environment, resolveReferences, containsReference } from "./value-references.ts";

export interface KafkaConfigContext {
  /** The variables of `${env:NAME}`. */
  readonly environment: Environment;
  /** Called for a secret that other users can read, and for ignored properties. */
  readonly warn: (message: string) => void;
}

/** A property as written in the file. */
export interface ConfigLine {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  /** References are not resolved. */
  readonly value: string;
}

/**
 * Parses properties: one `name=value` per line, without the spaces around both. A value may contain `=` and may be empty. Empty lines and
 * lines that begin with `#` are skipped; line breaks may be those of Windows. No error quotes a value. A backslash at the end of a line
 * continues it, as in Java's files, only for a JAAS configuration, because a password may end with a backslash.
 *
 * @param file its name, for errors
 * @throws StreamctlError `usage` with the line's number
 */
export function parseKafkaConfig(text: string, file: string): readonly ConfigLine[] {
  const lines = new Map<string, ConfigLine>();
  for (const { number, text: line } of textLines(text)) {
    const split = line.indexOf("=");
    const name = line.slice(0, Math.max(0, split)).trim();
    const form = "Write librdkafka properties as name=value; comments begin with #";
    if (split < 0) throw refusal(file, number, `has no "="`, form);
    if (!/^[a-z0-9_.]+$/iu.test(name)) throw refusal(file, number, "has no valid property name", form);
    if (lines.has(name)) throw refusal(file, number, `sets "${name}" again`, "Remove one of the two lines");
    lines.set(name, { number, name, value: line.slice(split + 1).trim() });
  }
  return [...lines.values()];
}

/** The lines that are neither empty nor comments, each with the number of its first line. */
function textLines(text: string): { readonly number: number; readonly text: string }[] {
  const lines: { readonly number: number; text: string }[] = [];
  let continues = false;
  for (const [index, line] of text
    .replace(/^\u{FEFF}/u, "")
    .split(/\r\n|\r|\n/u)
    .entries()) {
    const trimmed = line.trim();
    const last = lines.at(-1);
    if (continues && last !== undefined) last.text += trimmed;
    else if (trimmed !== "" && !trimmed.startsWith("#")) lines.push({ number: index + 1, text: trimmed });
    const current = lines.at(-1);
    continues = current !== undefined && current.text.endsWith("\\") && /^sasl\.jaas\.config\s*=/u.test(current.text);
    if (continues && current !== undefined) current.text = current.text.slice(0, -1);
  }
  return lines;
}

/** Translates properties of Java's clients. @throws StreamctlError `usage` for one that cannot be translated */
function translateJava(lines: readonly ConfigLine[], file: string, warn: (message: string) => void): readonly ConfigLine[] {
  const ignored: string[] = [];
  const kept = new Map<string, ConfigLine>();
  for (const line of lines) {
    const java = readJavaProperty(line);
    if (java?.kind === "refused") throw refusal(file, line.number, java.why, java.hint);
    if (java?.kind === "ignored") {
      if (java.consequence === undefined) ignored.push(`${line.name} (line ${line.number})`);
      else warn(`Ignored in "${file}": ${line.name} (line ${line.number}); ${java.consequence}`);
    }
    for (const own of java === undefined ? [line] : java.kind === "translated" ? java.lines : []) {
      if (kept.has(own.name)) throw refusal(file, own.number, `sets "${own.name}" again`, "Remove one of the two lines");
      kept.set(own.name, own);
    }
  }
  if (ignored.length > 0) warn(`Ignored in "${file}", because only Java clients and other tools use them: ${ignored.join(", ")}`);
  return [...kept.values()];
}

/** Reads the file and resolves the references in it. @throws StreamctlError `usage` for a file that cannot be read or has an invalid line */
export async function readKafkaConfig(file: string, { environment, warn }: KafkaConfigContext): Promise<KafkaProperties> {
  const { text, openToOthers } = await readText(file);
  const lines = translateJava(parseKafkaConfig(text, file), file, warn);
  const properties: Record<string, string> = {};
  for (const { number, name, value: written } of lines) {
    const { value, problem } = await resolveReferences(written, environment);
    if (problem !== undefined) throw refusal(file, number, `has no value for ${name}: ${problem.why}`, problem.hint);
    const conflict = conflictOf(name, value);
    if (conflict !== undefined) throw refusal(file, number, `sets ${name}, ${conflict}`, "Remove the line");
    properties[name] = value;
  }
  const plain = lines.find(({ name, value }) => isSecret(name) && value !== "" && !containsReference(value))?.name;
  if (openToOthers && plain !== undefined) {
    warn(`Other users can read ${plain} in "${file}": run chmod 600, or write ${plain}=\${env:NAME} or ${plain}=\${file:PATH}`);
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
    if (systemCode(error) === "ENOENT" && /^[\w.]+=/u.test(file)) {
      throw new StreamctlError("usage", "Cannot read properties from the command line: every process on this machine can see them", {
        hint: "Write them to a file: --kafka-config FILE",
      });
    }
    throw new StreamctlError("usage", `Cannot read "${file}": ${whyUnreadable(error)}`, {
      cause: error,
      hint: "Write: --kafka-config FILE, where FILE contains librdkafka properties",
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

/** Why a property would prevent exact delivery counts; undefined for any other. */
function conflictOf(name: string, value: string): string | undefined {
  if (name === "transactional.id") return "but streamctl does not send in transactions";
  if ((name === "acks" || name === "request.required.acks") && value === "0")
    return "but messages without acknowledgement cannot be counted";
  return undefined;
}
