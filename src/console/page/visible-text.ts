/**
 * Splits text of unknown origin into parts that can be displayed as they are and characters that a reader would not see, or that change how
 * the text around them is displayed: control characters, bidirectional overrides, invisible characters and lone surrogates.
 */

export type TextPart = string | { readonly symbol: string; readonly code: string };

// Without \t and \n, which are displayed as such.
// oxlint-disable-next-line no-control-regex -- the pattern is meant to match control characters
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** The parts of a text in order. A text without such characters is one part. */
export function visibleParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(hidden)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(visibleCharacter(match[0]));
    end = match.index + match[0].length;
  }
  if (end < text.length || text === "") parts.push(text.slice(end));
  return parts;
}

function visibleCharacter(character: string): TextPart {
  const point = character.codePointAt(0) ?? 0;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  if (point < 0x20) return { symbol: String.fromCodePoint(0x24_00 + point), code };
  if (point === 0x7f) return { symbol: "\u2421", code };
  return { symbol: code, code };
}

/** One line of a text: line breaks and tabs are displayed as symbols too. */
export function visibleLine(text: string): readonly TextPart[] {
  return visibleParts(text).flatMap((part) => (typeof part === "string" ? splitBreaks(part) : [part]));
}

function splitBreaks(text: string): readonly TextPart[] {
  return text
    .split(/(?<break>[\t\n])/u)
    .filter((piece, index) => piece !== "" || (index === 0 && text === ""))
    .map((piece) => (piece === "\n" || piece === "\t" ? visibleCharacter(piece) : piece));
}
