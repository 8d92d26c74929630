/**
 * Splits text of unknown origin into parts that can be displayed as they are and characters that a reader would not see, or that change how
 * the text around them is displayed: control characters, bidirectional overrides, invisible characters and lone surrogates.
 */

export type TextPart = string | { readonly symbol: string; readonly code: string };

/** Names of control characters, by code. */
const controlNames =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(" ");

// Without \t and \n, which are displayed as such. Categories: control, format, private use and surrogate characters, line and paragraph separators.
const hidden = /[^\P{Cc}\t\n]|[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

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
  return { symbol: controlNames[point] ?? (point === 0x7f ? "DEL" : code), code };
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
