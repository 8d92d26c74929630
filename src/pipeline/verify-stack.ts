/** `verify` on the stack of a state folder. */

import type { RunRecord } from "../model/run-record.ts";
import { transactionsTopic, windowsTable } from "../model/names.ts";
import { readWindows } from "../provision/pinot/broker.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { StackChoices } from "../stack/run-state.ts";
import { chosenServices } from "../stack/stack.ts";
import type { PipelineContext } from "./context.ts";
import { observeResources } from "./resources.ts";
import { runningStack } from "./running-stack.ts";
import { kafkaTransactionLog } from "./transaction-log.ts";
import type { Reason } from "./verdict.ts";
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
  context: PipelineContext,
): Promise<Verification> {
  const { folder, signal, log } = context;
  const { choices, endpoints, runtime } = await runningStack({ folder, log, portOffset, services: ["kafka", "pinot"] });
  const sources = {
    log: kafkaTransactionLog({ brokers: endpoints.kafka }, transactionsTopic.name),
    readRuns,
    readWindows: (patience?: AbortSignal) => readWindows({ brokerUrl: endpoints.pinotBroker, table: windowsTable, signal: patience }),
  };
  const onLook = (): void => log.debug("Not equal yet: looking again");
  const { report, verdict } = await verify(sources, { waitMs, strict, processor: choices.processor, signal, onLook });
  if (verdict.ok) return { report, verdict };
  return { report, verdict: { ...verdict, reasons: [...verdict.reasons, ...(await unhealthyResources(choices, runtime, context))] } };
}

/** What does not work at the moment may be why the windows differ. */
async function unhealthyResources(choices: StackChoices, runtime: Runtime, context: PipelineContext): Promise<readonly Reason[]> {
  const services = [...chosenServices(choices), { name: choices.processor }].map(({ name }) => ({ name, state: "healthy" }) as const);
  const resources = await observeResources(choices, services, runtime, context);
  return resources
    .filter(({ state }) => state !== "healthy")
    .map(({ kind, name, detail }) => ({ code: "resource-unhealthy", text: `${kind} ${name} is not healthy: ${detail}` }));
}
