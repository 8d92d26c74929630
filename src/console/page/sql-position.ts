/** Where an engine saw an error, as a range of the editor's text. */

export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The range to mark: the word at the position, or the line if there is no column.
 *
 * @param line from 1; a line beyond the end is the last one
 * @param column from 1
 */
export function errorRange(sql: string, line: number, column?: number): TextRange {
  const lines = sql.split("\n");
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, index).reduce((sum, text) => sum + text.length + 1, 0);
  const text = lines[index] ?? "";
  if (column === undefined) return { from: start + (text.length - text.trimStart().length), to: start + text.trimEnd().length };
  const from = Math.min(Math.max(column, 1), text.length + 1) - 1;
  const word = /^(?:[\p{L}\p{N}_$]+|\s*\S|$)/u.exec(text.slice(from))?.[0] ?? "";
  // An error at the end of the line marks the last character, so that there is something to see.
  return word === ""
    ? { from: start + Math.max(0, text.trimEnd().length - 1), to: start + text.trimEnd().length }
    : { from: start + from, to: start + from + word.length };
}
