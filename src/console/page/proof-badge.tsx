/** The state of the proof in the header, with an explanation. */

import type { JSX } from "preact";
import type { Proof } from "../api.ts";
import { formatExact, formatShort } from "./format.ts";
import { pipelineEvent } from "./live.ts";
import { proofSigns } from "./marks.tsx";
import { formatRoute } from "./route.ts";
import { Time } from "./text.tsx";

export function ProofBadge(): JSX.Element {
  const proof = pipelineEvent.value?.proof;
  const { sign, tone } = proofSigns[proof?.state ?? "unknown"];
  return (
    <>
      <button
        type="button"
        class={`badge tone-${tone}`}
        popovertarget="proof-explanation"
        title="Proof: the windows of the table compared with the topic"
      >
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
        <span class="badge-text">{proof === undefined ? "Proof: waiting" : proofSummary(proof)}</span>
      </button>
      <div id="proof-explanation" popover="auto" class="popover">
        <h2>Proof</h2>
        {proof === undefined ? <p>The server has not sent the state of the proof yet.</p> : <ProofExplanation proof={proof} counts />}
      </div>
    </>
  );
}

/** `Equal · 1,204 windows`: the state in few words. */
export function proofSummary(proof: Proof): string {
  if (proof.state === "equal") return `Equal · ${formatExact(proof.equal)}`;
  if (proof.state === "settling") return `Settling · ${formatExact(proof.settling)}`;
  if (proof.state === "differs") return `Differs · ${formatExact(proof.differing)}`;
  if (proof.state === "reading")
    return `Reading ${formatShort(proof.recordsRead)} of ${formatShort(proof.recordsRead + proof.recordsBehind)}`;
  return proof.state === "empty" ? "No windows" : "No proof";
}

const meanings: Readonly<Record<Proof["state"], string>> = {
  equal: "Each window of the table has exactly the values that the records of the topic give.",
  settling: "Nothing differs. Some windows are new, and may still change until the processor has read the records that are on their way.",
  differs: "Some windows of the table do not have the values that the records of the topic give.",
  reading: "The console is reading the topic. It compares all windows once it has reached the end.",
  unavailable: "The windows could not be compared.",
  empty: "No window has been computed yet. Send records, for example with: streamctl data",
};

/** What the state means, and the numbers behind it. @param counts also the number of windows by mark */
export function ProofExplanation({ proof, counts = false }: { readonly proof: Proof; readonly counts?: boolean }): JSX.Element {
  return (
    <>
      <p>
        {meanings[proof.state]}
        {proof.reason === null ? null : ` ${proof.reason}`}
      </p>
      <dl class="facts">
        <dt>Windows</dt>
        <dd>{formatExact(proof.windows)}</dd>
        {counts ? (
          <>
            <dt>Equal</dt>
            <dd>{formatExact(proof.equal)}</dd>
            <dt>Settling</dt>
            <dd>{formatExact(proof.settling)}</dd>
            <dt>Differing</dt>
            <dd>
              {proof.differing === 0 ? (
                "0"
              ) : (
                <a href={formatRoute({ view: "windows", parameters: { show: "differing" } })}>{formatExact(proof.differing)}</a>
              )}
            </dd>
          </>
        ) : null}
        <dt>Records read</dt>
        <dd>{formatExact(proof.recordsRead)}</dd>
        <dt>Records not read yet</dt>
        <dd>{formatExact(proof.recordsBehind)}</dd>
        <dt>Invalid records</dt>
        <dd>{formatExact(proof.invalid)}</dd>
        <dt>Compared at</dt>
        <dd>{proof.comparedAtMs === null ? "not yet" : <Time ms={proof.comparedAtMs} />}</dd>
      </dl>
      <p class="muted">
        The console reads the topic itself and computes each window, as streamctl verify does. It does not use the processor's output.
      </p>
    </>
  );
}
