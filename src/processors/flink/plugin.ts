import type { ProcessorContext, ProcessorPlugin } from "../plugin.ts";
import { createFlinkProcessor, type FlinkOptions } from "./processor.ts";

export const flinkPlugin: ProcessorPlugin = {
  computation: (context) => createFlinkProcessor(optionsOf(context)),
};

function optionsOf({ endpoints, brokersForServices, transactions, windows, data, declarations }: ProcessorContext): FlinkOptions {
  const { flinkRest = "", flinkGateway = "" } = endpoints;
  return {
    restUrl: flinkRest,
    gatewayUrl: flinkGateway,
    brokers: brokersForServices,
    transactions,
    windows,
    checkpoints: { uri: `file://${data?.root}/checkpoints`, files: data, folder: "checkpoints" },
    declarations,
  };
}
