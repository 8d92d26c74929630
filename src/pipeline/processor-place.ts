/** The processor of a stack, where it runs. */

import type { Declarations } from "../core/assets.ts";
import type { Endpoints } from "./endpoints.ts";
import { externalServer, ksqldbOptions, ksqldbPlace } from "./ksqldb.ts";
import { createFlinkProcessor } from "../processors/flink/processor.ts";
import { createKsqldbProcessor } from "../processors/ksqldb/processor.ts";
import type { Processor } from "../processors/processor.ts";
import type { TopicIdentity } from "../spec/names.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { StackChoices } from "../state/choices.ts";

export interface ProcessorPlace {
  readonly choices: StackChoices;
  readonly endpoints: Endpoints;
  readonly runtime: Runtime;
  readonly declarations: Declarations;
}

/** The processor as it works on topics of given ids. */
export function processorFor(
  { choices, endpoints, runtime, declarations }: ProcessorPlace,
  transactions: TopicIdentity,
  windows: TopicIdentity,
): Processor {
  if (choices.processor === "ksqldb") {
    const place = ksqldbPlace(endpoints.ksqldb, externalServer(choices) === undefined, { endpoints, declarations });
    return createKsqldbProcessor(ksqldbOptions(place, transactions, windows));
  }
  const data = runtime.dataOf("flink");
  return createFlinkProcessor({
    restUrl: endpoints.flinkRest,
    gatewayUrl: endpoints.flinkGateway,
    brokers: endpoints.kafkaForServices,
    transactions,
    windows,
    checkpoints: { uri: `file://${data.root}/checkpoints`, files: data, folder: "checkpoints" },
    declarations,
  });
}
