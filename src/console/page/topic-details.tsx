/** Partitions and configuration of a topic. */

import type { JSX } from "preact";
import { formatBytes } from "../../core/units.ts";
import type { TopicDocument } from "../api.ts";
import { formatExact } from "./format.ts";
import { NamedValues } from "./named-values.tsx";
import { FailureNotice, Loading } from "./notice.tsx";
import { useRemote } from "./requests.ts";
import { formatRoute } from "./route.ts";

export function TopicDetails({ topic }: { readonly topic: string }): JSX.Element {
  const { data, failure, reload } = useRemote<TopicDocument>(`/api/topics/${encodeURIComponent(topic)}`, 0, 2000);
  if (data === undefined) return failure === undefined ? <Loading what="the topic" /> : <FailureNotice failure={failure} retry={reload} />;
  const open = data.partitionList.some(({ stable, end }) => stable < end);
  return (
    <div class="stack-panels">
      <section class="panel">
        <h3>Partitions</h3>
        <div class="scroll-x" tabIndex={0} role="region" aria-label="Partitions">
          <table class="plain numbers">
            <thead>
              <tr>
                <th scope="col">Partition</th>
                <th scope="col">First offset</th>
                {open ? <th scope="col">Committed up to</th> : null}
                <th scope="col">End offset</th>
                <th scope="col">Records</th>
                <th scope="col">Size</th>
              </tr>
            </thead>
            <tbody>
              {data.partitionList.map(({ partition, first, stable, end, bytes }) => (
                <tr key={partition}>
                  <th scope="row">
                    <a href={formatRoute({ view: "messages", parameters: { topic, partition: String(partition) } })}>{partition}</a>
                  </th>
                  <td>{formatExact(first)}</td>
                  {open ? <td>{formatExact(stable)}</td> : null}
                  <td>{formatExact(end)}</td>
                  <td>{formatExact(end - first)}</td>
                  <td>{bytes === null ? "–" : formatBytes(bytes)}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">All</th>
                <td />
                {open ? <td /> : null}
                <td />
                <td>{formatExact(data.records)}</td>
                <td>{data.bytes === null ? "–" : formatBytes(data.bytes)}</td>
              </tr>
            </tfoot>
          </table>
        </div>
      </section>
      <section class="panel">
        <h3>Configuration</h3>
        <NamedValues
          rows={Object.entries(data.config)
            .toSorted(([left], [right]) => (left < right ? -1 : 1))
            .map(([name, value]) => ({ name, value: value === "" ? <span class="muted">empty</span> : value }))}
        />
      </section>
    </div>
  );
}
