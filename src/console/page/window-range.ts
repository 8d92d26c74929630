/** The displayed range of windows: a fixed one, or the newest ones. Pure, so that a test can check zooming. */

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface RangeChoice {
  /** A fixed range; undefined to follow the newest window. */
  readonly fixed: TimeRange | undefined;
  /** Width while following; undefined for all windows. */
  readonly spanMs: number | undefined;
}

/** Windows that are displayed at first. */
const defaultWindows = 100;
/** At least this many windows stay visible. */
const fewestWindows = 8;

/** The choice in an address. */
export function readRange(parameters: Readonly<Record<string, string>>, sizeMs: number): RangeChoice {
  const fromMs = wholeNumber(parameters["from"]);
  const toMs = wholeNumber(parameters["to"]);
  const spanMs = parameters["span"] === "all" ? undefined : (wholeNumber(parameters["span"]) ?? defaultWindows * sizeMs);
  return { fixed: fromMs !== undefined && toMs !== undefined && fromMs < toMs ? { fromMs, toMs } : undefined, spanMs };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/u.test(text) ? Number(text) : undefined;
}

/** The address of a choice. */
export function writeRange({ fixed, spanMs }: RangeChoice, sizeMs: number): Readonly<Record<"from" | "to" | "span", string>> {
  if (fixed !== undefined) return { from: String(Math.round(fixed.fromMs)), to: String(Math.round(fixed.toMs)), span: "" };
  return { from: "", to: "", span: spanMs === undefined ? "all" : spanMs === defaultWindows * sizeMs ? "" : String(Math.round(spanMs)) };
}

/** A range with another width, in which a time keeps its place, within the range of all windows. */
export function zoomRange(range: TimeRange, factor: number, atMs: number, all: TimeRange, sizeMs: number): TimeRange {
  const width = Math.max(fewestWindows * sizeMs, (range.toMs - range.fromMs) * factor);
  const place = (atMs - range.fromMs) / Math.max(1, range.toMs - range.fromMs);
  return within({ fromMs: atMs - place * width, toMs: atMs + (1 - place) * width }, all);
}

/** A range moved by a part of its width, within the range of all windows. */
export function moveRange({ fromMs, toMs }: TimeRange, part: number, all: TimeRange): TimeRange {
  const distance = (toMs - fromMs) * part;
  return within({ fromMs: fromMs + distance, toMs: toMs + distance }, all);
}

function within({ fromMs, toMs }: TimeRange, all: TimeRange): TimeRange {
  const width = toMs - fromMs;
  if (width >= all.toMs - all.fromMs) return all;
  if (fromMs < all.fromMs) return { fromMs: all.fromMs, toMs: all.fromMs + width };
  return toMs > all.toMs ? { fromMs: all.toMs - width, toMs: all.toMs } : { fromMs, toMs };
}
