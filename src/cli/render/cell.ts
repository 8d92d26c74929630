/**
 * Text that came from elsewhere, made fit for a line of a terminal: control characters lose their power, and widths are
 * counted in columns of the screen, not in code units.
 */

// C0 and C1 controls, DEL, line and paragraph separators, and the marks that turn the direction of what follows.
// oxlint-disable-next-line no-control-regex
const harmful = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;
const printableAscii = /^[\u0020-\u007E]*$/u;
const wide =
  /^(?:\p{Emoji_Presentation}|.\uFE0F|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6])/u;
const invisible = /^[\p{Mark}\p{Format}]+$/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A value of a row as text: null and undefined are empty, anything with parts is JSON. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return typeof value === "bigint" || typeof value === "number" ? value.toString() : JSON.stringify(value);
}

/** The text with every character that could move the cursor, end the line or reorder the screen written as an escape. */
export function harmless(text: string): string {
  return printableAscii.test(text) ? text : text.replaceAll(harmful, escapeCharacter);
}

/** As `harmless()`, but line ends and tabs stay. */
export function harmlessLines(text: string): string {
  return text.replaceAll(harmful, (character) => (character === "\n" || character === "\t" ? character : escapeCharacter(character)));
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

/** Columns of the screen that the text takes. */
export function displayWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The text cut to `width` columns, its last one an ellipsis where something was cut. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function graphemeWidth(segment: string): number {
  if (wide.test(segment)) return 2;
  return invisible.test(segment) ? 0 : 1;
}
