/** Consumer groups with their lag, and the processor's own progress. */

import type { JSX } from "preact";
import type { GroupDocument } from "../api.ts";
import { formatExact } from "./format.ts";
import { Empty, FailureNotice, Loading } from "./notice.tsx";
import { ProgressTable } from "./progress-table.tsx";
import { useRemote } from "./requests.ts";

export function GroupsPanel({ topic }: { readonly topic: string }): JSX.Element {
  const { data, failure, reload } = useRemote<readonly GroupDocument[]>("/api/groups", 0, 2000);
  if (data === undefined)
    return failure === undefined ? <Loading what="consumer groups" /> : <FailureNotice failure={failure} retry={reload} />;
  const groups = data.filter(({ offsets }) => offsets.some((offset) => offset.topic === topic));
  const others = data.length - groups.length;
  if (groups.length === 0)
    return (
      <Empty title="No consumer group has read this topic">
        {others === 0 ? undefined : `${others} ${others === 1 ? "group reads" : "groups read"} other topics.`}
      </Empty>
    );
  return (
    <div class="stack-panels">
      {groups.map(({ name, kind, state, offsets }) => {
        const own = offsets.filter((offset) => offset.topic === topic);
        const known = own.flatMap(({ lag }) => (lag === null ? [] : [lag]));
        return (
          <section key={`${kind} ${name}`} class="panel">
            <h3>
              {name}{" "}
              <span class="muted">
                {kind === "processor" ? "progress of the processor" : "consumer group"}, {state.toLowerCase()}
                {known.length === 0 ? "" : `, lag ${formatExact(known.reduce((sum, lag) => sum + lag, 0))}`}
              </span>
            </h3>
            <ProgressTable offsets={own} label={`Progress of ${name}`} />
          </section>
        );
      })}
    </div>
  );
}
