/** `query --engine` with a processor. A continuous query prints rows until it is interrupted or has printed `--limit` rows. */

import { hasCode, StreamctlError } from "../core/errors.ts";
import { warningOnce } from "../core/log.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { renderQuery, renderStreamedRow, type QueryFormat } from "./render/query.ts";
import { runRepeatedly } from "./watch.ts";

export interface ProcessorQueryRequest {
  /** Name of a processor that supports queries. */
  readonly engine: string;
  readonly sql: string;
  readonly format: QueryFormat;
  /** Maximum number of rows to print; undefined for all. */
  readonly limit: number | undefined;
  /** Pause before the query is repeated, in milliseconds; undefined to run it once. */
  readonly watchMs: number | undefined;
}

/** @throws StreamctlError `usage` for a continuous query with `--watch`; errors of the query */
export async function runProcessorQuery(request: ProcessorQueryRequest, context: CliContext): Promise<ExitCode> {
  const { engine, sql, watchMs, format } = request;
  const { queriesOf } = await import("../pipeline/query.ts");
  const endless = (await queriesOf(engine)).isEndless(sql);
  if (endless && watchMs !== undefined) {
    throw new StreamctlError("usage", "Cannot use --watch with EMIT CHANGES: such a query does not end", {
      hint: "Remove one of them",
    });
  }
  const { outputColumns: width, write } = context.terminal;
  const log = warningOnce(context.log);
  const run = async (): Promise<ExitCode> => {
    if (watchMs !== undefined && width !== null && format === "table") await write("\u{1B}[H\u{1B}[2J");
    return await runOnce(request, endless, { ...context, log });
  };
  return await runRepeatedly(run, watchMs, context);
}

async function runOnce({ engine, sql, format, limit }: ProcessorQueryRequest, endless: boolean, context: CliContext): Promise<ExitCode> {
  const { askProcessor } = await import("../pipeline/query.ts");
  const { pipelineContext } = await import("./pipeline-context.ts");
  const { outputColumns: width, write } = context.terminal;
  const startMs = performance.now();
  const { columns, rows } = await askProcessor(engine, { sql, portOffset: context.globals.portOffset }, pipelineContext(context));
  const names = columns.map(({ name }) => name);
  const kept: (readonly unknown[])[] = [];
  let first: readonly unknown[] | undefined;
  let shown = 0;
  let interrupted = false;
  try {
    for await (const row of rows) {
      first ??= row;
      // A JSON document is written once all rows have arrived.
      if (endless && format !== "json") await write(renderStreamedRow(names, row, first, { format, width }));
      else kept.push(row);
      shown += 1;
      if (shown === limit) break;
    }
  } catch (error) {
    if (!hasCode(error, "interrupted")) throw error;
    interrupted = true;
  }
  const elapsedMs = performance.now() - startMs;
  // A continuous query ends when it is interrupted. For any other query, never print a partial result.
  const complete = endless ? format === "json" || shown === 0 : !interrupted;
  if (complete) await write(renderQuery({ columns, rows: kept, elapsedMs, limitReached: false, warnings: [] }, { format, width }));
  return interrupted ? 130 : 0;
}
