/** `query` on the stack of a state folder. */

import { hasLimit, queryPinot, type PinotAnswer } from "../provision/pinot-broker.ts";
import type { PipelineContext } from "./context.ts";
import { runningStack } from "./running-stack.ts";

export interface QueryRequest {
  readonly sql: string;
  /** Rows to answer at most, also where Pinot would stop at ten by itself; undefined leaves it to the statement. */
  readonly limit: number | undefined;
  readonly portOffset: number | undefined;
}

export async function query({ sql, limit, portOffset }: QueryRequest, { folder, signal }: PipelineContext): Promise<PinotAnswer> {
  const { endpoints } = await runningStack(folder, portOffset);
  // On a line of its own, since the statement may end in a comment.
  const statement = limit === undefined || hasLimit(sql) ? sql : `${sql}\nLIMIT ${limit}`;
  const answer = await queryPinot({ brokerUrl: endpoints.pinotBroker, sql: statement, signal });
  return limit === undefined ? answer : { ...answer, rows: answer.rows.slice(0, limit) };
}
