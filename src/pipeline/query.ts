/** `query` on the stack of a state folder. */

import { queryPinot, type PinotAnswer } from "../provision/pinot-broker.ts";
import type { PipelineContext } from "./context.ts";
import { runningStack } from "./running-stack.ts";

export interface QueryRequest {
  readonly sql: string;
  /** Rows to show at most; undefined shows all that come. */
  readonly limit: number | undefined;
  readonly portOffset: number | undefined;
}

export async function query({ sql, limit, portOffset }: QueryRequest, { folder, signal }: PipelineContext): Promise<PinotAnswer> {
  const { endpoints } = await runningStack(folder, portOffset);
  const answer = await queryPinot({ brokerUrl: endpoints.pinotBroker, sql, signal });
  return limit === undefined ? answer : { ...answer, rows: answer.rows.slice(0, limit) };
}
