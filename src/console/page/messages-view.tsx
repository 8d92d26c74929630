/** Messages of a topic, its partitions and configuration, and the groups that read it. */

import type { JSX } from "preact";
import type { TopicSummary } from "../api.ts";
import { parameter, route, setParameters } from "./location.ts";
import { MessageSearch } from "./message-search.tsx";
import { MessageTail } from "./message-tail.tsx";
import { MessageToolbar } from "./message-toolbar.tsx";
import { FailureNotice, Loading } from "./notice.tsx";
import { useRemote } from "./requests.ts";
import { formatRoute, withParameters } from "./route.ts";
import { useStack } from "./stack.ts";
import { GroupsPanel } from "./groups-panel.tsx";
import { TopicDetails } from "./topic-details.tsx";
import { TopicList } from "./topic-list.tsx";

const tabs = [
  ["", "Messages"],
  ["details", "Partitions and configuration"],
  ["groups", "Consumer groups"],
] as const;

export function MessagesView(): JSX.Element {
  const stack = useStack();
  const topics = useRemote<readonly TopicSummary[]>("/api/topics", 0, 5000);
  const topic = parameter("topic") ?? stack.pipeline.stream.topic;
  return (
    <div class="with-side">
      {topics.data === undefined ? (
        <nav class="side" aria-label="Topics">
          {topics.failure === undefined ? <Loading what="topics" /> : <FailureNotice failure={topics.failure} retry={topics.reload} />}
        </nav>
      ) : (
        <TopicList topics={topics.data} current={topic} />
      )}
      <section class="main-side" aria-label={`Topic ${topic}`}>
        <h2 class="topic-title">{topic}</h2>
        <TopicTabs />
        <TopicContent topic={topic} />
      </section>
    </div>
  );
}

function TopicTabs(): JSX.Element {
  const current = parameter("tab") ?? "";
  return (
    <nav class="tabs" aria-label="Parts of the topic">
      {tabs.map(([name, title]) => (
        <a key={name} href={formatRoute(withParameters(route.value, { tab: name }))} aria-current={name === current ? "page" : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}

function TopicContent({ topic }: { readonly topic: string }): JSX.Element {
  const tab = parameter("tab");
  if (tab === "details") return <TopicDetails key={topic} topic={topic} />;
  if (tab === "groups") return <GroupsPanel topic={topic} />;
  const query = { topic, from: parameter("from") ?? "newest", partition: parameter("partition") ?? "", filter: parameter("filter") ?? "" };
  const key = Object.values(query).join("\n");
  return (
    <>
      <MessageToolbar key={`toolbar ${key}`} {...query} onRun={(changes) => setParameters({ topic, ...changes })} />
      {query.from === "live" ? <MessageTail key={key} topic={topic} /> : <MessageSearch key={key} {...query} />}
    </>
  );
}
