/** The picker of a topic: a list on wide pages, the same list folded on narrow ones. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatBytes } from "../../core/units.ts";
import type { TopicSummary } from "../api.ts";
import { formatExact, formatShort } from "./format.ts";
import { parameter, setParameters } from "./location.ts";
import { formatRoute } from "./route.ts";

export function TopicList({ topics, current }: { readonly topics: readonly TopicSummary[]; readonly current: string }): JSX.Element {
  // Where the list is beside the messages, page.css hides the summary.
  const [open, setOpen] = useState(() => matchMedia("(min-width: 901px)").matches);
  const internal = parameter("internal") === "1";
  const shown = topics.filter((topic) => internal || !topic.internal || topic.name === current);
  const hidden = topics.length - topics.filter((topic) => !topic.internal).length;
  return (
    <nav class="side" aria-label="Topics">
      <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>Topic</summary>
        <ul class="topic-list">
          {shown.map((topic) => (
            <li key={topic.name}>
              <a
                href={formatRoute({ view: "messages", parameters: { topic: topic.name, internal: internal ? "1" : "" } })}
                aria-current={topic.name === current ? "true" : undefined}
                title={`${formatExact(topic.records)} records in ${topic.partitions} partitions`}
              >
                <span class="topic-name">{topic.name}</span>
                <span class="muted">
                  {formatShort(topic.records)} records · {topic.partitions} part.
                  {topic.bytes === null ? "" : ` · ${formatBytes(topic.bytes)}`}
                </span>
              </a>
            </li>
          ))}
        </ul>
        {hidden === 0 ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={internal}
              onChange={({ currentTarget }) => setParameters({ internal: currentTarget.checked ? "1" : "" }, "replace")}
            />{" "}
            {hidden} internal {hidden === 1 ? "topic" : "topics"}
          </label>
        )}
      </details>
    </nav>
  );
}
