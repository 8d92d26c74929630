/** One message in full: its value as a tree or as text, its key and its headers. */

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { formatBytes } from "../../core/units.ts";
import type { MessageRow } from "../api.ts";
import { formatExact } from "./format.ts";
import { JsonTree } from "./json-tree.tsx";
import { readJson, writeJson } from "./json-text.ts";
import { NamedValues } from "./named-values.tsx";
import { FailureNotice, Loading } from "./notice.tsx";
import { useRemote } from "./requests.ts";
import { Time, VisibleText } from "./text.tsx";

export function MessageDetail({ topic, row }: { readonly topic: string; readonly row: MessageRow }): JSX.Element {
  const path = `/api/messages/${encodeURIComponent(topic)}/${row.partition}/${row.offset}`;
  const whole = useRemote<MessageRow>(row.truncated === true ? path : undefined);
  const message = whole.data ?? row;
  const { partition, offset, timestampMs, key, keyEncoding, keyBytes, valueBytes, headers = [] } = message;
  return (
    <div class="message">
      <dl class="facts inline">
        <dt>Partition</dt>
        <dd>{partition}</dd>
        <dt>Offset</dt>
        <dd>{formatExact(offset)}</dd>
        <dt>Timestamp</dt>
        <dd>{timestampMs < 0 ? "none" : <Time ms={timestampMs} date />}</dd>
        <dt>Key</dt>
        <dd>
          {formatBytes(keyBytes)}
          {keyEncoding === undefined ? "" : ", not UTF-8, in base64"}
        </dd>
        <dt>Value</dt>
        <dd>{formatBytes(valueBytes)}</dd>
      </dl>
      <h3>Key</h3>
      <pre class="code">{key === null ? <span class="muted">null</span> : <VisibleText text={key} />}</pre>
      {headers.length === 0 ? null : <Headers headers={headers} />}
      {row.truncated === true && whole.data === undefined ? (
        whole.failure === undefined ? (
          <Loading what="the whole value" />
        ) : (
          <FailureNotice failure={whole.failure} retry={whole.reload} />
        )
      ) : (
        <MessageValue message={message} />
      )}
    </div>
  );
}

function Headers({ headers }: { readonly headers: NonNullable<MessageRow["headers"]> }): JSX.Element {
  return (
    <>
      <h3>Headers</h3>
      <NamedValues
        valueClass="code"
        rows={headers.map(([name, value]) => ({
          name: <VisibleText text={name} line />,
          value: value === null ? <span class="muted">null</span> : <VisibleText text={value} />,
        }))}
      />
    </>
  );
}

type Form = "tree" | "formatted" | "exact";

function MessageValue({ message }: { readonly message: MessageRow }): JSX.Element {
  const { value, valueEncoding } = message;
  const node = useMemo(() => (value === null || valueEncoding !== undefined ? undefined : readJson(value)), [value, valueEncoding]);
  const [form, setForm] = useState<Form>("tree");
  const shown = node === undefined ? "exact" : form;
  return (
    <>
      <div class="value-head">
        <h3>Value</h3>
        {node === undefined ? (
          <span class="muted">{value === null ? "" : valueEncoding === undefined ? "not JSON" : "not UTF-8, in base64"}</span>
        ) : (
          <div class="segments" role="group" aria-label="Form of the value">
            {(["tree", "formatted", "exact"] as const).map((name) => (
              <button key={name} type="button" aria-pressed={shown === name} onClick={() => setForm(name)}>
                {{ tree: "Tree", formatted: "Formatted", exact: "Exact text" }[name]}
              </button>
            ))}
          </div>
        )}
      </div>
      {value === null ? (
        <pre class="code muted">null</pre>
      ) : shown === "tree" && node !== undefined ? (
        <JsonTree node={node} />
      ) : (
        <pre class="code" tabIndex={0} aria-label="Value">
          <VisibleText text={shown === "formatted" && node !== undefined ? writeJson(node, 2) : value} />
        </pre>
      )}
    </>
  );
}
