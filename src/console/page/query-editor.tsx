/** The editor of statements: a textarea until the real one is loaded, and where it cannot be. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { QuerySchema } from "../api.ts";
import type { SqlEditor } from "./editor.ts";
import type { TextRange } from "./sql-position.ts";

export interface QueryEditorProps {
  readonly text: string;
  /** Changes when the text was changed elsewhere. */
  readonly revision: number;
  readonly onText: (text: string) => void;
  readonly onRun: () => void;
  readonly tables: QuerySchema[string] | undefined;
  /** Where the engine saw an error. */
  readonly error: TextRange | undefined;
}

export function QueryEditor(props: QueryEditorProps): JSX.Element {
  const { text, revision, onText, onRun, tables, error } = props;
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<SqlEditor | undefined>();
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    let made: SqlEditor | undefined;
    let removed = false;
    void (async () => {
      const { createSqlEditor } = await import("./editor.ts");
      if (removed || host.current === null) return;
      made = createSqlEditor(host.current, {
        text: latest.current.text,
        onText: (next) => latest.current.onText(next),
        onRun: () => latest.current.onRun(),
      });
      setEditor(made);
    })();
    return () => {
      removed = true;
      made?.destroy();
    };
  }, []);
  useEffect(() => editor?.setText(latest.current.text), [editor, revision]);
  useEffect(() => editor?.setTables(tables ?? []), [editor, tables]);
  useEffect(() => editor?.setError(error), [editor, error?.from, error?.to]);
  return (
    <div class="editor">
      <div ref={host} class="editor-host" hidden={editor === undefined} />
      {editor === undefined ? (
        <textarea
          aria-label="Statement"
          class="code"
          rows={6}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => onText(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            onRun();
          }}
        />
      ) : null}
    </div>
  );
}
