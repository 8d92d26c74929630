/** Where to read messages from, and which. The form changes the address; the address runs the search. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { TopicDocument } from "../api.ts";
import { FilterHelp } from "./filter-help.tsx";
import { formatLocalInput, parseLocalInput } from "./format.ts";
import { useRemote } from "./requests.ts";

export interface MessageSelection {
  readonly topic: string;
  readonly from: string;
  readonly partition: string;
  readonly filter: string;
}

const starts = [
  ["newest", "Newest first"],
  ["oldest", "Oldest first"],
  ["offset", "From an offset"],
  ["time", "From a time"],
  ["live", "Live"],
] as const;

export function MessageToolbar({
  topic,
  from,
  partition,
  filter,
  onRun,
}: MessageSelection & { readonly onRun: (changes: Readonly<Record<string, string>>) => void }): JSX.Element {
  const [startText, positionText = ""] = from.split(":");
  const [start, setStart] = useState(startText ?? "newest");
  const [offset, setOffset] = useState(startText === "offset" ? positionText : "0");
  const [time, setTime] = useState(startText === "time" ? formatLocalInput(Number(positionText)) : formatLocalInput(Date.now() - 60_000));
  const [text, setText] = useState(filter);
  const [chosen, setChosen] = useState(partition);
  const partitions = useRemote<TopicDocument>(`/api/topics/${encodeURIComponent(topic)}`).data?.partitionList ?? [];
  const position =
    start === "offset" ? `offset:${/^\d+$/u.test(offset) ? offset : "0"}` : start === "time" ? `time:${parseLocalInput(time) ?? 0}` : start;
  const run = (changes: { readonly from?: string; readonly partition?: string } = {}): void =>
    onRun({ from: position === "newest" ? "" : position, partition: chosen, filter: text.trim(), ...changes });
  return (
    <form
      class="toolbar"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <label>
        <span class="label">Read</span>
        <select
          value={start}
          onChange={({ currentTarget: { value } }) => {
            setStart(value);
            // An offset and a time are still to be entered.
            if (value !== "offset" && value !== "time") run({ from: value === "newest" ? "" : value });
          }}
        >
          {starts.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {start === "offset" ? (
        <label>
          <span class="label">Offset</span>
          <input
            class="short"
            inputMode="numeric"
            pattern="\d+"
            value={offset}
            onInput={({ currentTarget }) => setOffset(currentTarget.value)}
          />
        </label>
      ) : null}
      {start === "time" ? (
        <label>
          <span class="label">Time</span>
          <input type="datetime-local" step="1" value={time} onInput={({ currentTarget }) => setTime(currentTarget.value)} />
        </label>
      ) : null}
      <label>
        <span class="label">Partition</span>
        <select
          value={chosen}
          onChange={({ currentTarget: { value } }) => {
            setChosen(value);
            run({ partition: value });
          }}
        >
          <option value="">All</option>
          {partitions.map((each) => (
            <option key={each.partition} value={String(each.partition)}>
              {each.partition}
            </option>
          ))}
          {chosen !== "" && !partitions.some((each) => String(each.partition) === chosen) ? <option value={chosen}>{chosen}</option> : null}
        </select>
      </label>
      <label class="grow">
        <span class="label">Filter</span>
        <input
          type="search"
          class="code"
          value={text}
          spellcheck={false}
          autocomplete="off"
          placeholder={'words, key "…", path = value'}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <FilterHelp />
      <button type="submit" class="primary">
        {start === "live" ? "Apply" : "Search"}
      </button>
    </form>
  );
}
