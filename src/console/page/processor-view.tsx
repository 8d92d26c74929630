/** Jobs or queries of the stream processor, and where it is in the topics that it reads. */

import { Fragment, type JSX } from "preact";
import { formatDuration } from "../../core/units.ts";
import type { ProcessorDocument } from "../api.ts";
import { formatFact, formatFactName } from "./format.ts";
import { processorDocument } from "./live.ts";
import { Icon } from "./marks.tsx";
import { Empty, FailureNotice, Loading } from "./notice.tsx";
import { ProgressTable } from "./progress-table.tsx";
import { useRemote } from "./requests.ts";
import { formatRoute } from "./route.ts";

type Job = NonNullable<ProcessorDocument["jobs"]>[number];

export function ProcessorView(): JSX.Element {
  const first = useRemote<ProcessorDocument>(processorDocument.value === undefined ? "/api/processor" : undefined);
  const processor = processorDocument.value ?? first.data;
  if (processor === undefined)
    return first.failure === undefined ? <Loading what="the processor" /> : <FailureNotice failure={first.failure} retry={first.reload} />;
  const { label, jobs, progress, problem, page } = processor;
  return (
    <>
      <div class="view-head">
        <h2 class="topic-title">{label}</h2>
        {page === null ? null : (
          <a href={page} target="_blank" rel="noreferrer">
            Page of {label}
          </a>
        )}
      </div>
      {problem === null ? null : <FailureNotice failure={{ code: "processor", message: problem, hint: null }} />}
      {jobs === null ? null : jobs.length === 0 ? (
        <Empty title="Nothing is running">Start the pipeline with: streamctl up</Empty>
      ) : (
        jobs.map((job) => <JobPanel key={job.id} job={job} />)
      )}
      <section class="panel">
        <h2>Progress</h2>
        {progress.length === 0 ? (
          <p class="muted">Not known.</p>
        ) : (
          <ProgressTable offsets={progress} label="Progress of the processor" topics />
        )}
        <p>
          <a href={formatRoute({ view: "messages", parameters: { tab: "groups" } })}>Consumer groups</a>
        </p>
      </section>
    </>
  );
}

function JobPanel({ job }: { readonly job: Job }): JSX.Element {
  const { id, name, state, durationMs, facts } = job;
  return (
    <section class="panel">
      <h2>
        {name} <JobState state={state} />
      </h2>
      <dl class="facts wide-facts">
        <dt>Id</dt>
        <dd class="code">{id}</dd>
        {durationMs === null ? null : (
          <>
            <dt>Running for</dt>
            <dd>{formatDuration(durationMs)}</dd>
          </>
        )}
        {facts.map(({ name: fact, value }) => (
          <Fragment key={fact}>
            <dt>{formatFactName(fact)}</dt>
            <dd>{formatFact(fact, value)}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

/** The state of a job as the engine names it, with an icon. */
function JobState({ state }: { readonly state: string }): JSX.Element {
  const tone = /^running$/iu.test(state)
    ? "ok"
    : /fail|error|unresponsive|cancel/iu.test(state)
      ? "bad"
      : /start|creat|restart|initial/iu.test(state)
        ? "busy"
        : "off";
  return (
    <span class={`mark tone-${tone}`}>
      <Icon tone={tone} /> {state.toLowerCase()}
    </span>
  );
}
