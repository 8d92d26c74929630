/** `verify` on the stack of a state folder. */

import { serviceNames } from "./catalog.ts";
import type { PipelineContext } from "./context.ts";
import { warnOfServers } from "./stack-processor.ts";
import { processorOf } from "../processors/catalog.ts";
import { observeResources } from "./resources.ts";
import { runningStack } from "./running-stack.ts";
import { hasPart, missingProcessor } from "./stack-parts.ts";
import { topicFinding } from "./topics.ts";
import { kafkaTopicLog } from "./topic-log.ts";
import type { Reason } from "./verdict.ts";
import { type Verification, verify, type VerifyRequest } from "./verify.ts";
import { onlyStream, onlyWindow, transactionsTopic } from "../spec/names.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { StackChoices } from "../state/choices.ts";
import type { RunRecord } from "../state/run-record.ts";
import { readWindows } from "../stores/pinot/broker.ts";

export interface VerifyStackRequest {
  readonly waitMs: number;
  readonly strict: boolean;
  readonly portOffset: number | undefined;
  readonly onProgress?: VerifyRequest["onProgress"];
  readonly onCheck?: VerifyRequest["onCheck"];
}

/** @param readRuns reads the ledger of the state folder; called for each check */
export async function verifyStack(
  { portOffset, ...request }: VerifyStackRequest,
  readRuns: () => Promise<readonly RunRecord[]>,
  context: PipelineContext,
): Promise<Verification> {
  const { folder, signal, log } = context;
  const services = ["kafka", "pinot"] as const;
  const { stackId, choices, endpoints, runtime } = await runningStack({ folder, log, portOffset, services, action: "verify" });
  const note = missingProcessor(choices);
  if (note !== undefined) log.warn(note);
  const columns = onlyWindow.columns.map(({ name }) => name);
  const sources = {
    log: kafkaTopicLog({ brokers: endpoints.kafka }, transactionsTopic.name),
    readRuns,
    readWindows: (until?: AbortSignal) => readWindows({ brokerUrl: endpoints.pinotBroker, table: onlyWindow.name, columns, signal: until }),
  };
  const subject = { stream: onlyStream, window: onlyWindow, reader: processorOf(choices.processor).jsonReader };
  const { report, verdict } = await verify(sources, { ...request, subject, signal });
  const finding = topicFinding(transactionsTopic, report.partitions);
  if (finding !== undefined) log.info(finding.text);
  if (verdict.ok) return { report, verdict };
  return {
    report,
    verdict: { ...verdict, reasons: [...verdict.reasons, ...(await unhealthyResources({ stackId, choices }, runtime, context))] },
  };
}

/** Unhealthy resources, which may be the reason why windows differ. */
async function unhealthyResources(
  stack: { readonly stackId: string; readonly choices: StackChoices },
  runtime: Runtime,
  context: PipelineContext,
): Promise<readonly Reason[]> {
  warnOfServers(stack.choices, context.log);
  const services = serviceNames.filter((name) => hasPart(stack.choices, name)).map((name) => ({ name, state: "healthy" }) as const);
  const resources = await observeResources(stack, services, runtime, context);
  return resources
    .filter(({ state }) => state !== "healthy")
    .map(({ kind, name, detail }) => ({ code: "resource-unhealthy", text: `${kind} ${name} is not healthy: ${detail}` }));
}
