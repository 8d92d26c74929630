/** The proof in full, on the view of the pipeline. */

import type { JSX } from "preact";
import type { Proof } from "../api.ts";
import { formatExact } from "./format.ts";
import { ProofSign } from "./marks.tsx";
import { ProofExplanation } from "./proof-badge.tsx";
import { formatRoute } from "./route.ts";

export function ProofPanel({ proof }: { readonly proof: Proof }): JSX.Element {
  const total = Math.max(1, proof.equal + proof.settling + proof.differing);
  const parts = [
    ["equal", proof.equal],
    ["settling", proof.settling],
    ["differs", proof.differing],
  ] as const;
  return (
    <section class="panel">
      <h2>
        Proof <ProofSign state={proof.state} />
      </h2>
      <div class="proportion" aria-hidden="true">
        {parts.map(([mark, count]) => (
          <span key={mark} class={`part-${mark}`} style={{ flexGrow: String(count / total), display: count === 0 ? "none" : "block" }} />
        ))}
      </div>
      <ul class="counts">
        {parts.map(([mark, count]) => (
          <li key={mark}>
            <a
              href={formatRoute({ view: "windows", parameters: mark === "equal" ? {} : { show: mark === "differs" ? "differing" : mark } })}
            >
              <span class="count">{formatExact(count)}</span> <ProofSign state={mark} word={mark === "differs" ? "differing" : mark} />
            </a>
          </li>
        ))}
      </ul>
      <ProofExplanation proof={proof} />
    </section>
  );
}
