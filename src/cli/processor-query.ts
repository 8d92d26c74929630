/** `query --engine` with the name of a processor: an answer as a whole, or the rows of one that goes on, until interrupted or as many as were asked for. */

import { hasCode, StreamctlError } from "../core/errors.ts";
import { warningOnce } from "../core/log.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { renderQuery, renderStreamedRow, type QueryFormat } from "./render/query.ts";
import { askAndWatch } from "./watch.ts";

export interface ProcessorQueryRequest {
  /** Name of a processor that takes queries. */
  readonly engine: string;
  readonly sql: string;
  readonly format: QueryFormat;
  /** Rows to show at most; undefined means all. */
  readonly limit: number | undefined;
  /** Pause before the same is asked again, in milliseconds; undefined means once. */
  readonly watchMs: number | undefined;
}

/** @throws StreamctlError `usage` where an answer that goes on by itself is to be asked for again and again; what the query throws */
export async function runProcessorQuery(request: ProcessorQueryRequest, context: CliContext): Promise<ExitCode> {
  const { engine, sql, watchMs, format } = request;
  const { queriesOf } = await import("../pipeline/query.ts");
  const endless = (await queriesOf(engine)).isEndless(sql);
  if (endless && watchMs !== undefined) {
    throw new StreamctlError("usage", "Cannot use --watch with EMIT CHANGES: such a query goes on by itself", {
      hint: "Leave one of them out",
    });
  }
  const { outputColumns: width, write } = context.terminal;
  const told = { ...context, log: warningOnce(context.log) };
  const ask = async (): Promise<ExitCode> => {
    if (watchMs !== undefined && width !== null && format === "table") await write("\u{1B}[H\u{1B}[2J");
    return await askOnce(request, endless, told);
  };
  return await askAndWatch(ask, watchMs, context);
}

async function askOnce({ engine, sql, format, limit }: ProcessorQueryRequest, endless: boolean, context: CliContext): Promise<ExitCode> {
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
      // One document is written when it is whole.
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
  // Of an answer that would go on, what came is the answer; of another one, a part is none.
  const whole = endless ? format === "json" || shown === 0 : !interrupted;
  if (whole) await write(renderQuery({ columns, rows: kept, elapsedMs, limitReached: false, warnings: [] }, { format, width }));
  return interrupted ? 130 : 0;
}
