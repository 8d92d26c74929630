/**
 * Regular expressions (as sources) for quoted text and comments in SQL, which contain no keywords. The same in all engines of streamctl.
 */
export const sqlParts = {
  /** `'it''s'` */
  text: /'(?:[^']|'')*'/u.source,
  /** `"a name"` */
  name: /"(?:[^"]|"")*"/u.source,
  /** Not supported by Pinot. */
  backquotedName: /`(?:[^`]|``)*`/u.source,
  /** A line comment or a block comment. */
  comment: /--[^\n]*|\/\*[\s\S]*?\*\//u.source,
} as const;

/** A text as a string literal. The same in all engines of streamctl. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name quoted with backquotes. Not supported by Pinot. */
export function sqlName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
