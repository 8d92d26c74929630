/** The language of filters, see `MessageQuery`. */

import type { JSX } from "preact";
import { useStack } from "./stack.ts";

export function FilterHelp(): JSX.Element {
  const { stream } = useStack().pipeline;
  const field = stream.fields.at(-1)?.name ?? "field";
  const number = stream.fields.find(({ type }) => /int|long|double|decimal|number|float/iu.test(type))?.name ?? field;
  const rows = [
    ["some words", "The key or the value contains this text"],
    ['text "some words"', "The same, for a text with quotes or operators"],
    ['key "abc"', "The key is or contains this text"],
    [`${field} = "value"`, "The field of the JSON value equals"],
    [`${field} contains "val"`, "It contains this text"],
    [`${number} >= 90`, "It compares as a number: = != < <= > >="],
    ["items[0].name exists", "A path into objects and arrays leads to a value"],
    [`${number} > 90 and ${field} != "value"`, "All parts must match"],
  ] as const;
  return (
    <>
      <button type="button" class="quiet" popovertarget="filter-help" aria-label="Help on filters" title="Help on filters">
        ?
      </button>
      <div id="filter-help" popover="auto" class="popover wide">
        <h2>Filters</h2>
        <dl class="examples">
          {rows.map(([example, meaning]) => (
            <div key={example}>
              <dt>
                <code>{example}</code>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <p class="muted">The server reads messages until it has found enough of them. It says how many it has not read.</p>
      </div>
    </>
  );
}
