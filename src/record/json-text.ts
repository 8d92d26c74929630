/** The text of a record's value as a lenient reader of JSON sees it: its encoding, and the shape of what may be no JSON at all. */

import { parseJson } from "../core/json.ts";
import type { Quirk, ReaderLimits } from "./json-reader.ts";

export interface DecodedText {
  readonly text: string;
  readonly quirk?: Quirk;
}

const encoder = new TextEncoder();

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
export const controlCharacter = /[\u{0}-\u{8}\u{B}\u{C}\u{E}-\u{1F}\t\r\n]/gu;

/** The text of a value, with what is odd about its encoding. */
export function decode(value: Uint8Array | string): DecodedText {
  // Text with zeros at its beginning is ASCII in units of two or four bytes.
  if (typeof value === "string") return value.slice(0, 2).includes("\0") ? decodeBytes(encoder.encode(value)) : { text: value };
  return decodeBytes(value);
}

/** As Jackson tells encodings apart: by the mark at the beginning, or by where the zeros of its first character stand. */
function decodeBytes(bytes: Uint8Array): DecodedText {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  const other = "an encoding other than UTF-8";
  if (first === 0 && second === 0) return { text: wide(bytes, 4, 3), quirk: other };
  if (third === 0 && fourth === 0 && (second === 0 || (first === 0xff && second === 0xfe)))
    return { text: wide(bytes, 4, 0), quirk: other };
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return { text: wide(bytes, 2, 1), quirk: other };
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return { text: wide(bytes, 2, 0), quirk: other };
  const text = new TextDecoder().decode(bytes);
  return isWellFormed(bytes) ? { text } : { text, quirk: "ill-formed UTF-8" };
}

/** Of characters of `width` bytes, the lowest of which stands at `low`: what is looked for in them is ASCII. */
function wide(bytes: Uint8Array, width: number, low: number): string {
  const letters = new Uint8Array(Math.floor(bytes.length / width)).map((_, index) => bytes[index * width + low] ?? 0);
  return new TextDecoder("latin1").decode(letters).replace(/^(?:\u{FF}|\u{FE})/u, "");
}

function isWellFormed(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export interface Shape {
  /** Behind the first JSON value. */
  readonly end: number;
  readonly control: boolean;
  /** Whether a field that is looked for stands there twice. */
  readonly doubled: boolean;
  readonly depth: number;
  /** Of the longest number. */
  readonly digits: number;
  /** Of the longest name of a field, in UTF-8. */
  readonly nameBytes: number;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]|[\d.eE+-]+/gsu;

/**
 * One pass over the tokens of the first value; text that is no JSON has some shape too.
 *
 * @param names fields that are looked for
 * @param limits numbers and names that are not longer are not measured
 */
export function shapeOf(text: string, names: readonly string[], limits: ReaderLimits): Shape {
  let [end, control, doubled, depth, deepest, digits, nameBytes] = [text.length, false, false, 0, 0, 0, 0];
  const fieldDepth = text.trimStart().startsWith("[") ? 2 : 1;
  let seen = new Set<string>();
  for (const { 0: word, index } of text.matchAll(token)) {
    const behind = index + word.length;
    if (word === "{" || word === "[") {
      depth += 1;
      deepest = Math.max(deepest, depth);
      if (depth === fieldDepth) seen = new Set();
    } else if (word === "}" || word === "]") {
      depth -= 1;
      if (depth > 0) continue;
      end = behind;
      break;
    } else if (!word.startsWith('"')) digits = Math.max(digits, word.length <= limits.digits ? 0 : word.replaceAll(/\D/gu, "").length);
    else {
      control ||= word.search(controlCharacter) >= 0;
      if (depth !== fieldDepth && word.length <= limits.nameBytes / 4) continue;
      if (!/^[ \t\r\n]*:/u.test(text.slice(behind, behind + 20))) continue;
      const name = parseJson(word);
      if (typeof name !== "string") continue;
      if (word.length > limits.nameBytes / 4) nameBytes = Math.max(nameBytes, encoder.encode(name).length);
      if (depth === fieldDepth && names.includes(name)) {
        doubled ||= seen.has(name);
        seen.add(name);
      }
    }
  }
  return { end, control, doubled, depth: deepest, digits, nameBytes };
}
