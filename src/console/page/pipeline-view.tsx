/** The pipeline as a picture: the stages in order, with what is known about each. */

import type { JSX } from "preact";
import { formatDuration } from "../../core/units.ts";
import type { Distance, Stage } from "../api.ts";
import { formatExact, formatRate } from "./format.ts";
import { pipelineEvent, rates } from "./live.ts";
import { StateMark } from "./marks.tsx";
import { Loading } from "./notice.tsx";
import { ProofPanel } from "./proof-panel.tsx";
import { RateTable } from "./rate-table.tsx";
import { formatRoute } from "./route.ts";
import { Sparkline } from "./sparkline.tsx";
import { Time, VisibleText } from "./text.tsx";

export function PipelineView(): JSX.Element {
  const event = pipelineEvent.value;
  // The first event comes before the first measurement.
  if (event === undefined || event.stages.length === 0) return <Loading what="the state of the pipeline" />;
  const down = event.stages.filter((stage) => isDown(stage) && (stage.detail !== null || stage.lastLines.length > 0));
  return (
    <>
      <section aria-label="Stages">
        <ol class="stages">
          {event.stages.map((stage) => (
            <StageStation key={stage.id} stage={stage} />
          ))}
        </ol>
      </section>
      {down.map((stage) => (
        <StageTrouble key={stage.id} stage={stage} />
      ))}
      <div class="columns">
        <ProofPanel proof={event.proof} />
        <RateTable stages={event.stages} />
      </div>
    </>
  );
}

function isDown({ state }: Stage): boolean {
  return state === "unhealthy" || state === "stopped";
}

function StageStation({ stage }: { readonly stage: Stage }): JSX.Element {
  const { id, kind, title, state, detail, perSecond, records, newestMs, behind } = stage;
  const samples = rates.value[id] ?? [];
  return (
    <li class={`stage state-${state}`}>
      {id === "producer" ? <div class="hop hop-start" aria-hidden="true" /> : <Hop behind={behind} flowing={(perSecond ?? 0) > 0} />}
      <div class="station">
        <p class="stage-kind">{kind}</p>
        <h2 class="stage-title">
          <StageLink stage={stage} title={title} />
        </h2>
        <p class="stage-state">
          <StateMark state={state} {...(detail !== null && !isDown(stage) ? { word: detail } : {})} />
        </p>
        <p class="rate">
          <span class="rate-number">{formatRate(perSecond)}</span>{" "}
          <span class="muted">{id === "windows" || id === "table" ? "rows/s" : "records/s"}</span>
        </p>
        <Sparkline
          samples={samples}
          label={`Rate of ${kind} ${title} over the last ${samples.length} seconds, now ${formatRate(perSecond)} per second`}
        />
        <dl class="facts">
          <dt>{id === "table" ? "Rows" : "Records"}</dt>
          <dd>{records === null ? "–" : formatExact(records)}</dd>
          <dt>Newest</dt>
          <dd>{newestMs === null ? "–" : <Time ms={newestMs} />}</dd>
        </dl>
      </div>
    </li>
  );
}

function StageLink({ stage, title }: { readonly stage: Stage; readonly title: string }): JSX.Element {
  const { id } = stage;
  if (id === "stream" || id === "windows") return <a href={formatRoute({ view: "messages", parameters: { topic: title } })}>{title}</a>;
  if (id === "processor") return <a href="/processor">{title}</a>;
  return id === "table" ? <a href="/windows">{title}</a> : <>{title}</>;
}

/** The way from the stage before, with how far this stage is behind it. @param behind null if the stages cannot be compared */
function Hop({ behind, flowing }: { readonly behind: Distance | null; readonly flowing: boolean }): JSX.Element {
  const parts = [
    ...(typeof behind?.records === "number" ? [formatExact(behind.records)] : []),
    ...(typeof behind?.ms === "number" ? [formatDuration(behind.ms)] : []),
  ];
  return (
    <div class={`hop ${flowing ? "flowing" : ""}`}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" y1="4" x2="100" y2="4" />
      </svg>
      {behind === null ? null : (
        <p class="hop-text" title="Distance to the stage before, in records and in time">
          {parts.length === 0 ? "distance unknown" : `${parts.join(" · ")} behind`}
        </p>
      )}
    </div>
  );
}

function StageTrouble({ stage }: { readonly stage: Stage }): JSX.Element {
  const { kind, title, state, detail, lastLines, service } = stage;
  return (
    <section class="trouble" aria-label={`${kind} ${title}`}>
      <h2>
        <StateMark state={state} /> {kind} {title}
      </h2>
      {detail === null ? null : (
        <p>
          <VisibleText text={detail} />
        </p>
      )}
      {lastLines.length === 0 ? null : (
        <pre class="log" tabIndex={0} aria-label={`Last lines of the log of ${title}`}>
          <VisibleText text={lastLines.join("\n")} />
        </pre>
      )}
      {service === null ? null : (
        <p>
          <a href={formatRoute({ view: "services", parameters: { log: service } })}>Log of the service</a>
        </p>
      )}
    </section>
  );
}
