/** Extracts the reason why a service exited from its log. A failing engine logs much more about its shutdown than about the cause. */

/** Number of log lines to pass to `logExcerpt`. */
export const logExcerptLines = 400;

const isError = /\b(?:ERROR|FATAL)\b|^(?:Exception in thread|Error:|Error occurred|Terminating due to|java\.lang\.OutOfMemoryError)/u;
/** A line that begins with a timestamp is a new entry; the lines after it belong to it. */
const beginsEntry = /^\[?\d{4}-\d\d-\d\d|^(?:Exception in thread|Error:|Error occurred|Terminating due to|java\.lang\.OutOfMemoryError)/u;
const isFrame = /^\s+at |^\s*\.\.\. \d+ (?:more|common frames omitted)$/u;
const isCause = /^Caused by:/u;
const shownFirst = 3;
const shownLast = 2;
const shownEnd = 6;

/**
 * The first errors, which are nearest to the cause, and the last ones; each with its exception and innermost cause. Without errors, the end
 * of the log. Pure.
 *
 * @param lines lines of the log, the newest last
 */
export function logExcerpt(lines: readonly string[]): readonly string[] {
  const errors = distinct(entriesOf(lines).filter(([head = ""]) => isError.test(head)));
  if (errors.length === 0) return lines.filter((line) => !isFrame.test(line)).slice(-shownEnd);
  const shown = errors.length <= shownFirst + shownLast ? errors : [...errors.slice(0, shownFirst), ...errors.slice(-shownLast)];
  return shown.flatMap(explained);
}

/** A line of the log with the lines that belong to it, such as a stack trace. */
type Entry = readonly string[];

function entriesOf(lines: readonly string[]): readonly Entry[] {
  const entries: string[][] = [];
  for (const line of lines) {
    const last = entries.at(-1);
    if (last === undefined || isError.test(line) || beginsEntry.test(line)) entries.push([line]);
    else last.push(line);
  }
  return entries;
}

/** Removes repeated errors, which may differ in times and other numbers. */
function distinct(entries: readonly Entry[]): readonly Entry[] {
  const seen = new Map<string, Entry>();
  for (const entry of entries) {
    const text = explained(entry).join("\n").replaceAll(/\d+/gu, "0");
    if (!seen.has(text)) seen.set(text, entry);
  }
  return [...seen.values()];
}

/** An entry's first line, its explanation, and the innermost cause. */
function explained([head = "", ...rest]: Entry): readonly string[] {
  const explanation = rest.find((line) => !isFrame.test(line) && !isCause.test(line) && line.trim() !== "");
  const cause = rest.findLast((line) => isCause.test(line));
  return [head, ...(explanation === undefined ? [] : [explanation]), ...(cause === undefined ? [] : [cause])];
}
