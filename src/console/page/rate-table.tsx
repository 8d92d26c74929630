/** The numbers of the sparklines: rates of the last two minutes as a table. */

import type { JSX } from "preact";
import type { Stage } from "../api.ts";
import { formatClock, formatRate } from "./format.ts";
import { rates } from "./live.ts";

/** Rows of the table: the newest sample, and one of each interval before it. */
const everyMs = 10_000;

export function RateTable({ stages }: { readonly stages: readonly Stage[] }): JSX.Element {
  const samples = (rates.value[stages[0]?.id ?? ""] ?? []).toReversed();
  const period = (atMs: number): number => Math.floor(atMs / everyMs);
  const times = samples.map(({ atMs }) => atMs).filter((atMs, index, all) => index === 0 || period(atMs) !== period(all[index - 1] ?? 0));
  return (
    <section class="panel">
      <h2>Rates per second</h2>
      <div class="scroll-x" tabIndex={0} role="region" aria-label="Rates per second">
        <table class="plain numbers">
          <thead>
            <tr>
              <th scope="col">Time</th>
              {stages.map(({ id, kind }) => (
                <th key={id} scope="col">
                  {kind}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((atMs) => (
              <tr key={atMs}>
                <th scope="row">{formatClock(atMs)}</th>
                {stages.map(({ id }) => (
                  <td key={id}>{formatRate(rates.value[id]?.find((sample) => sample.atMs === atMs)?.value ?? null)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
