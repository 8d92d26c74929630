/** `verify` on the stack of a state folder. */

import type { RunRecord } from "../model/run-record.ts";
import { transactionsTopic, windowsTable } from "../model/names.ts";
import { readWindows } from "../provision/pinot/broker.ts";
import type { PipelineContext } from "./context.ts";
import { runningStack } from "./running-stack.ts";
import { kafkaTransactionLog } from "./transaction-log.ts";
import { verify, type Verification } from "./verify.ts";

export interface VerifyStackRequest {
  readonly waitMs: number;
  readonly strict: boolean;
  readonly portOffset: number | undefined;
}

/** @param readRuns the ledger of the state folder, as it is at each look */
export async function verifyStack(
  { waitMs, strict, portOffset }: VerifyStackRequest,
  readRuns: () => Promise<readonly RunRecord[]>,
  { folder, signal, log }: PipelineContext,
): Promise<Verification> {
  const { endpoints } = await runningStack({ folder, log, portOffset, services: ["kafka", "pinot"] });
  const sources = {
    log: kafkaTransactionLog({ brokers: endpoints.kafka }, transactionsTopic.name),
    readRuns,
    readWindows: (patience?: AbortSignal) => readWindows({ brokerUrl: endpoints.pinotBroker, table: windowsTable, signal: patience }),
  };
  const onLook = (): void => log.debug("Not equal yet: looking again");
  return await verify(sources, { waitMs, strict, signal, onLook });
}
