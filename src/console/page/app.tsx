/** The page: header and the view of the route. */

import "./page.css";
import { effect } from "@preact/signals";
import { render, type JSX } from "preact";
import { Header } from "./header.tsx";
import { startLive } from "./live.ts";
import { route, startRouting } from "./location.ts";
import { MessagesView } from "./messages-view.tsx";
import { FailureNotice, Loading } from "./notice.tsx";
import { PipelineView } from "./pipeline-view.tsx";
import { ProcessorView } from "./processor-view.tsx";
import { QueryView } from "./query-view.tsx";
import { routeTitle, viewTitles, type ViewName } from "./route.ts";
import { ServicesView } from "./services-view.tsx";
import { loadStack, stackDocument, stackFailure } from "./stack.ts";
import { startTheme } from "./theme.ts";
import { WindowsView } from "./windows-view.tsx";

const views: Readonly<Record<ViewName, () => JSX.Element>> = {
  pipeline: PipelineView,
  messages: MessagesView,
  windows: WindowsView,
  query: QueryView,
  processor: ProcessorView,
  services: ServicesView,
};

function Page(): JSX.Element {
  const { view } = route.value;
  const View = views[view];
  return (
    <>
      <Header />
      <main id="content" tabIndex={-1} class={`view view-${view}`}>
        <h1 class="visually-hidden">{viewTitles[view]}</h1>
        {stackDocument.value === undefined ? <Starting /> : <View key={view} />}
      </main>
    </>
  );
}

function Starting(): JSX.Element {
  const failure = stackFailure.value;
  return failure === undefined ? <Loading what="the stack" /> : <FailureNotice failure={failure} />;
}

startTheme();
startRouting();
startLive();
void loadStack();
effect(() => {
  document.title = routeTitle(route.value, stackDocument.value?.stackId ?? "console");
});
const root = document.querySelector("#page");
if (root !== null) render(<Page />, root);
