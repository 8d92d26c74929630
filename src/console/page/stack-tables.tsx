/** What streamctl created in the engines, and what the last `up` did. */

import type { JSX } from "preact";
import { formatElapsed } from "../../core/units.ts";
import type { ServicesDocument } from "../api.ts";
import { Time } from "./text.tsx";

export function StackTables({ services: { resources, lastUp } }: { readonly services: ServicesDocument }): JSX.Element {
  return (
    <div class="columns">
      <section class="panel">
        <h2>Resources</h2>
        <PlainTable
          label="Resources"
          names={["Kind", "Name", "State", "Detail"]}
          rows={resources.map(({ kind, name, state, detail }) => [kind, name, state, detail])}
          nothing="No topics, jobs or tables exist yet."
        />
      </section>
      <section class="panel">
        <h2>
          Last up{" "}
          {lastUp === null ? null : (
            <span class="muted">
              <Time ms={lastUp.atMs} date />, {formatElapsed(lastUp.elapsedMs)}
            </span>
          )}
        </h2>
        <PlainTable
          label="Steps of the last up"
          names={["Operation", "Target", "Cause"]}
          rows={(lastUp?.steps ?? []).map(({ operation, target, cause }) => [operation, target, cause])}
          nothing={lastUp === null ? "It is not known." : "It changed nothing."}
        />
      </section>
    </div>
  );
}

interface PlainTableProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly nothing: string;
}

function PlainTable({ label, names, rows, nothing }: PlainTableProps): JSX.Element {
  if (rows.length === 0) return <p class="muted">{nothing}</p>;
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label={label}>
      <table class="plain">
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
