/** Makes values and texts of other programs safe to print: control characters are escaped. */

// C0 and C1 controls, DEL, line and paragraph separators, and marks that change the direction of text.
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;
const printableAscii = /^[\u0020-\u007E]*$/u;

/** A value of a row as text: null and undefined are empty, arrays and objects are JSON. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return typeof value === "bigint" || typeof value === "number" ? value.toString() : JSON.stringify(value);
}

/** Escapes every character that could move the cursor, end the line or reorder the text. */
export function escapeControls(text: string): string {
  return printableAscii.test(text) ? text : text.replaceAll(controls, escapeCharacter);
}

/** As `escapeControls()`, but keeps line feeds and tabs. */
export function escapeControlsKeepingLines(text: string): string {
  return text.replaceAll(controls, (character) => (character === "\n" || character === "\t" ? character : escapeCharacter(character)));
}

/** A control character as an escape sequence: `\n`, `\u001b`. */
export function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
