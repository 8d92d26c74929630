/** `query` on the stack of a state folder. */

import { StreamctlError } from "../core/errors.ts";
import { processorOf } from "../processors/catalog.ts";
import type { ProcessorAnswer, ProcessorQueries } from "../processors/plugin.ts";
import { queryPinot, type PinotAnswer } from "../stores/pinot/broker.ts";
import type { PipelineContext } from "./context.ts";
import type { StackChoices } from "../state/choices.ts";
import { warnOfServers } from "./stack-processor.ts";
import { runningStack } from "./running-stack.ts";

export interface QueryRequest {
  readonly sql: string;
  /** Maximum number of rows, instead of Pinot's default of ten; undefined leaves it to the statement. */
  readonly limit: number | undefined;
  readonly portOffset: number | undefined;
}

export async function query({ sql, limit, portOffset }: QueryRequest, { folder, log, signal }: PipelineContext): Promise<PinotAnswer> {
  const { endpoints } = await runningStack({ folder, log, portOffset, services: ["pinot"], action: "query" });
  return await queryPinot({ brokerUrl: endpoints.pinotBroker, sql, limit, signal });
}

/** Query support of a processor for `query --engine`, whether or not a stack uses the processor. */
export async function queriesOf(engine: string): Promise<ProcessorQueries> {
  const { queries } = await processorOf(engine).load();
  if (queries) return queries;
  throw new StreamctlError("internal", `Cannot query ${engine}: it does not support queries`);
}

/** @throws StreamctlError `usage` if the stack has another processor; `processor`, `unreachable`, `interrupted` */
export async function askProcessor(
  engine: string,
  { sql, portOffset }: Pick<QueryRequest, "sql" | "portOffset">,
  { folder, log, signal }: PipelineContext,
): Promise<ProcessorAnswer> {
  const action = `query ${processorOf(engine).label}`;
  const { choices, endpoints } = await runningStack({ folder, log, portOffset, action, services: servicesFor });
  warnOfServers(choices, log);
  return await (await queriesOf(engine)).ask({ endpoints: { ...endpoints }, source: choices.source, sql, signal });

  function servicesFor({ processor }: StackChoices): readonly string[] {
    if (processor === engine) return [engine];
    throw new StreamctlError("usage", `Cannot use --engine ${engine}: the processor of this stack is ${processor}`, {
      hint: "Omit --engine to query Pinot",
    });
  }
}
