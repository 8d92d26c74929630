/** The services of a stack, their web pages, and the facts of the stack that do not change. */

import type { ServiceDocument, StackDocument } from "./api.ts";
import type { Stack } from "./pipeline/stack-reader.ts";
import { labelOf } from "../pipeline/catalog.ts";
import { pagesOf } from "../pipeline/pages.ts";
import { queryEngines, processorOf } from "../processors/catalog.ts";
import { keyColumns, rowColumns } from "../spec/columns.ts";
import { onlyStream, onlyWindow } from "../spec/names.ts";
import { transactions as pipeline } from "../spec/transactions.ts";
import type { ServiceStatus } from "../stack/stack.ts";
import type { StateFolder } from "../state/state-folder.ts";

export function documentsOf(
  { definitions, state }: Stack,
  statuses: readonly ServiceStatus[],
  memory: ReadonlyMap<string, readonly (readonly [number, number])[]>,
): readonly ServiceDocument[] {
  const pages = pagesOf(state.choices, definitions);
  return statuses.map((status) => ({
    ...status,
    label: labelOf(status.name),
    page: pages.find(({ service }) => service === status.name)?.url ?? null,
    memory: memory.get(status.name) ?? [],
  }));
}

export function stackDocument({ state, processor, definitions }: Stack, folder: StateFolder, version: string): StackDocument {
  const { choices, stack } = state;
  const { declaration } = processor;
  const engines = queryEngines.filter((name) => name === declaration.name);
  return {
    version,
    stackId: stack.id,
    stateDir: folder.root,
    runtime: choices.runtime,
    processor: { name: declaration.name, label: declaration.label },
    pipeline: {
      name: pipeline.name,
      stream: {
        name: onlyStream.name,
        topic: onlyStream.topic.name,
        key: onlyStream.key,
        eventTime: onlyStream.eventTime,
        fields: onlyStream.fields.map(({ name, contract }) => ({ name, type: contract.type })),
      },
      window: {
        name: onlyWindow.name,
        topic: onlyWindow.topic.name,
        sizeMs: onlyWindow.span.kind === "tumbling" ? onlyWindow.span.sizeMs : onlyWindow.span.everyMs,
        columns: onlyWindow.columns.map(({ name, aggregate }) => ({
          name,
          aggregate: aggregate.kind,
          field: aggregate.field,
        })),
      },
    },
    pages: pagesOf(choices, definitions),
    services: definitions.map(({ name }) => ({ name, label: labelOf(name) })),
    queryEngines: [
      { name: "pinot", label: "Pinot", example: exampleQuery() },
      ...engines.map((name) => ({ name, label: processorOf(name).label, example: "SHOW QUERIES" })),
    ],
  };
}

function exampleQuery(): string {
  const [start] = keyColumns(onlyWindow);
  const names = [start, ...onlyWindow.columns.map(({ name }) => name)];
  return `SELECT ${names.join(", ")}\nFROM ${onlyWindow.name}\nORDER BY ${start} DESC\nLIMIT 20`;
}

/** The columns of the table, for completion. */
export function tableColumns(): readonly { readonly name: string; readonly type: string }[] {
  return rowColumns(onlyWindow, onlyStream);
}
