/** Decodes and measures the value of a record as a lenient JSON reader would. The value need not be valid JSON. */

import { parseJson } from "../core/json.ts";
import type { Quirk, ReaderLimits } from "./json-reader.ts";

export interface DecodedText {
  readonly text: string;
  readonly quirk?: Quirk;
}

const encoder = new TextEncoder();

// oxlint-disable-next-line no-control-regex -- the pattern is meant to match control characters
export const controlCharacter = /[\u{0}-\u{8}\u{B}\u{C}\u{E}-\u{1F}\t\r\n]/gu;

/** The text of a value, and the quirk in its encoding, if any. */
export function decode(value: Uint8Array | string): DecodedText {
  // A NUL among the first two characters means UTF-16 or UTF-32.
  if (typeof value === "string") return value.slice(0, 2).includes("\0") ? decodeBytes(encoder.encode(value)) : { text: value };
  return decodeBytes(value);
}

/** Detects the encoding as Jackson does: by the byte order mark, or by the position of zero bytes in the first character. */
function decodeBytes(bytes: Uint8Array): DecodedText {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  const other = "an encoding other than UTF-8";
  if (first === 0 && second === 0) return { text: decodeWide(bytes, 4, 3), quirk: other };
  if (third === 0 && fourth === 0 && (second === 0 || (first === 0xff && second === 0xfe)))
    return { text: decodeWide(bytes, 4, 0), quirk: other };
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return { text: decodeWide(bytes, 2, 1), quirk: other };
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return { text: decodeWide(bytes, 2, 0), quirk: other };
  const text = new TextDecoder().decode(bytes);
  return isWellFormed(bytes) ? { text } : { text, quirk: "ill-formed UTF-8" };
}

/** Decodes characters of `width` bytes, keeping only the low byte at offset `low`: the field names and values of interest are ASCII. */
function decodeWide(bytes: Uint8Array, width: number, low: number): string {
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
  /** Offset after the first JSON value. */
  readonly end: number;
  /** Whether a string contains a control character. */
  readonly control: boolean;
  /** Whether one of the given fields appears twice. */
  readonly duplicated: boolean;
  readonly depth: number;
  /** Digits of the longest number. */
  readonly digits: number;
  /** Bytes of the longest field name in UTF-8. */
  readonly nameBytes: number;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]|[\d.eE+-]+/gsu;

/**
 * Measures the first JSON value in one pass over its tokens. Also accepts text that is not JSON.
 *
 * @param names fields to check for duplicates
 * @param limits numbers and names within these limits are not measured
 */
export function shapeOf(text: string, names: readonly string[], limits: ReaderLimits): Shape {
  let [end, control, duplicated, depth, deepest, digits, nameBytes] = [text.length, false, false, 0, 0, 0, 0];
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
        duplicated ||= seen.has(name);
        seen.add(name);
      }
    }
  }
  return { end, control, duplicated, depth: deepest, digits, nameBytes };
}
