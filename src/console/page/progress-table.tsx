/** Where a reader is in each partition. */

import type { JSX } from "preact";
import type { GroupDocument } from "../api.ts";
import { formatExact } from "./format.ts";

export function ProgressTable({
  offsets,
  label,
  topics = false,
}: {
  readonly offsets: GroupDocument["offsets"];
  readonly label: string;
  readonly topics?: boolean;
}): JSX.Element {
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label={label}>
      <table class="plain numbers">
        <thead>
          <tr>
            {topics ? (
              <th scope="col" class="text">
                Topic
              </th>
            ) : null}
            <th scope="col">Partition</th>
            <th scope="col">Next offset</th>
            <th scope="col">End offset</th>
            <th scope="col">Lag</th>
            <th scope="col" class="bar-column">
              Read
            </th>
          </tr>
        </thead>
        <tbody>
          {offsets.map(({ topic, partition, next, end, lag }) => (
            <tr key={`${topic} ${partition}`}>
              {topics ? <td class="text">{topic}</td> : null}
              <th scope="row">{partition}</th>
              <td>{formatExact(next)}</td>
              <td>{end === null ? "–" : formatExact(end)}</td>
              <td class={lag !== null && lag > 0 ? "lagging" : ""}>{lag === null ? "–" : formatExact(lag)}</td>
              <td class="bar-column">{end === null ? "–" : <ReadBar read={end === 0 ? 1 : Math.min(1, next / end)} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ReadBar({ read }: { readonly read: number }): JSX.Element {
  // Rounded down: 100 % means that nothing is left.
  const percent = Math.floor(read * 1000) / 10;
  return (
    <span class="read-bar">
      <span class="read-track">
        <span style={{ width: `${percent}%` }} />
      </span>
      {percent.toFixed(1)} %
    </span>
  );
}
