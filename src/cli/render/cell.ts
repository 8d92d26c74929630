/** Text that came from elsewhere, made fit for a line of a terminal: control characters are written as escapes. */

// C0 and C1 controls, DEL, line and paragraph separators, and the marks that turn the direction of what follows.
// oxlint-disable-next-line no-control-regex
const harmful = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;
const printableAscii = /^[\u0020-\u007E]*$/u;

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
