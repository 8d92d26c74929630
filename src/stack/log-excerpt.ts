/** What a service's log says about its end. An engine that gives up writes much more about its way down than about the cause. */

/** How many lines of a log to look at. */
export const lastWordsLines = 400;

const isError = /\b(?:ERROR|FATAL)\b|^(?:Exception in thread|Error:|Caused by:)/u;
/** A frame of a stack, or the next entry of the log. */
const isOther = /^\s+at |^\s*\.\.\. \d+ more$|^\d{4}-\d\d-\d\d/u;
const shownErrors = 6;
const shownEnd = 6;

/**
 * The last errors among the lines, each with the line that explains it, and then the end; pure.
 *
 * @param lines of the log, the newest last
 */
export function lastWords(lines: readonly string[]): readonly string[] {
  const telling = [...lines.keys()].filter((index) => isError.test(lines[index] ?? ""));
  const shown = new Set<number>();
  for (const index of telling.slice(-shownErrors)) {
    shown.add(index);
    if (index + 1 < lines.length && !isOther.test(lines[index + 1] ?? "")) shown.add(index + 1);
  }
  for (let index = Math.max(0, lines.length - shownEnd); index < lines.length; index += 1) shown.add(index);
  return [...shown].toSorted((one, other) => one - other).map((index) => lines[index] ?? "");
}
