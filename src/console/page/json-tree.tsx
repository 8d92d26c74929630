/** A JSON value as a tree that opens branch by branch. A branch exists only while it is open. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { JsonNode } from "./json-text.ts";
import { VisibleText } from "./text.tsx";

/** Children that are displayed at once; a button displays the next ones. */
const step = 100;

export function JsonTree({ node }: { readonly node: JsonNode }): JSX.Element {
  return (
    <div class="tree code">
      <Branch name={undefined} node={node} depth={0} />
    </div>
  );
}

interface BranchProps {
  /** Key or index; undefined for the root. */
  readonly name: string | undefined;
  readonly node: JsonNode;
  readonly depth: number;
}

function Branch({ name, node, depth }: BranchProps): JSX.Element {
  const [open, setOpen] = useState(depth < 2);
  const [shown, setShown] = useState(step);
  if (node.kind !== "object" && node.kind !== "array")
    return (
      <div class="leaf">
        <Name name={name} />
        <span class={`json-${node.kind}`}>
          <VisibleText text={node.raw} />
        </span>
      </div>
    );
  const children =
    node.kind === "object"
      ? node.entries.map(({ key, value }) => [key, value] as const)
      : node.items.map((item, index) => [String(index), item] as const);
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Name name={name} />
        <span class="muted">{node.kind === "object" ? `{${children.length}}` : `[${children.length}]`}</span>
      </summary>
      {open ? (
        <div class="branch">
          {children.slice(0, shown).map(([key, child], index) => (
            <Branch key={index} name={key} node={child} depth={depth + 1} />
          ))}
          {children.length > shown ? (
            <button type="button" onClick={() => setShown(shown + step)}>
              {children.length - shown} more
            </button>
          ) : null}
        </div>
      ) : null}
    </details>
  );
}

function Name({ name }: { readonly name: string | undefined }): JSX.Element | null {
  if (name === undefined) return null;
  return (
    <span class="json-key">
      <VisibleText text={name} line />
      <span class="muted">: </span>
    </span>
  );
}
