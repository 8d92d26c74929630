/** Texts of messages, and times. */

import type { JSX } from "preact";
import { formatClockMs, formatIso, formatTimestamp } from "./format.ts";
import { visibleLine, visibleParts } from "./visible-text.ts";

/** A text of unknown origin, as text: characters that a reader would not see are displayed as symbols. */
export function VisibleText({ text, line = false }: { readonly text: string; readonly line?: boolean }): JSX.Element {
  const parts = line ? visibleLine(text) : visibleParts(text);
  return (
    <bdi>
      {parts.map((part, index) =>
        typeof part === "string" ? (
          part
        ) : (
          <span key={index} class="hidden-character" title={part.code}>
            {part.symbol}
          </span>
        ),
      )}
    </bdi>
  );
}

/** A time of today's clock, or with its date. The tooltip is the time in UTC. */
export function Time({ ms, date = false }: { readonly ms: number; readonly date?: boolean }): JSX.Element {
  const iso = formatIso(ms);
  return (
    <time dateTime={iso} title={iso}>
      {date ? formatTimestamp(ms) : formatClockMs(ms)}
    </time>
  );
}
