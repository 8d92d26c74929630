/** `query` on the stack of a state folder. */

import { StreamctlError } from "../core/errors.ts";
import { isPushQuery, type KsqldbAnswer, queryKsqldb } from "../processors/ksqldb/query.ts";
import { queryPinot, type PinotAnswer } from "../stores/pinot/broker.ts";
import type { PipelineContext } from "./context.ts";
import type { StackChoices } from "../state/choices.ts";
import type { ServiceName } from "../state/service-identity.ts";
import { warnOfExposedCredentials } from "./ksqldb.ts";
import { runningStack } from "./running-stack.ts";

export interface QueryRequest {
  readonly sql: string;
  /** Rows to answer at most, also where Pinot would stop at ten by itself; undefined leaves it to the statement. */
  readonly limit: number | undefined;
  readonly portOffset: number | undefined;
}

export async function query({ sql, limit, portOffset }: QueryRequest, { folder, log, signal }: PipelineContext): Promise<PinotAnswer> {
  const { endpoints } = await runningStack({ folder, log, portOffset, services: ["pinot"], action: "query" });
  return await queryPinot({ brokerUrl: endpoints.pinotBroker, sql, limit, signal });
}

/** Whether ksqlDB answers a statement with changes that never end. */
export function isEndless(sql: string): boolean {
  return isPushQuery(sql);
}

/** @throws StreamctlError `usage` where the stack has no ksqlDB; `processor`, `unreachable`, `interrupted` */
export async function askKsqldb(
  { sql, portOffset }: Pick<QueryRequest, "sql" | "portOffset">,
  { folder, log, signal }: PipelineContext,
): Promise<KsqldbAnswer> {
  const services = ({ processor }: StackChoices): readonly ServiceName[] => {
    if (processor === "ksqldb") return ["ksqldb"];
    throw new StreamctlError("usage", `Cannot use --engine ksqldb: the processor of this stack is ${processor}`, {
      hint: "Ask Pinot: leave --engine out",
    });
  };
  const { choices, endpoints } = await runningStack({ folder, log, portOffset, services, action: "query ksqlDB" });
  warnOfExposedCredentials(choices, log);
  return await queryKsqldb({ url: endpoints.ksqldb, sql, signal });
}
