/** Parts of SQL in which nothing is a keyword, as sources of regular expressions: the engines of streamctl write them alike. */
export const sqlParts = {
  /** `'it''s'` */
  text: /'(?:[^']|'')*'/u.source,
  /** `"a name"` */
  name: /"(?:[^"]|"")*"/u.source,
  /** Pinot refuses these. */
  backquotedName: /`(?:[^`]|``)*`/u.source,
  /** To the end of its line, or between its marks. */
  comment: /--[^\n]*|\/\*[\s\S]*?\*\//u.source,
} as const;
