/** Saves the messages that are shown. */

import type { JSX } from "preact";
import type { MessageRow } from "../api.ts";
import { messagesToCsv, messagesToNdjson } from "./export-text.ts";
import { saveFile } from "./save-file.ts";

export function MessageExport({ topic, rows }: { readonly topic: string; readonly rows: readonly MessageRow[] }): JSX.Element {
  const none = rows.length === 0;
  return (
    <>
      <button type="button" disabled={none} onClick={() => saveFile(`${topic}.ndjson`, "application/x-ndjson", messagesToNdjson(rows))}>
        NDJSON
      </button>
      <button type="button" disabled={none} onClick={() => saveFile(`${topic}.csv`, "text/csv", messagesToCsv(rows))}>
        CSV
      </button>
    </>
  );
}
