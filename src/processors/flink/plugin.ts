import type { ProcessorContext, ProcessorPlugin } from "../plugin.ts";
import { createFlinkProcessor, type FlinkOptions, jobNameOf } from "./processor.ts";
import { readProgress, readView } from "./view.ts";

export const flinkPlugin: ProcessorPlugin = {
  computation: (context) => createFlinkProcessor(optionsOf(context)),
  async progress(context, deadline) {
    const { restUrl } = optionsOf(context);
    return await readProgress(restUrl, jobNameOf(context.windows), context.transactions.name, deadline);
  },
  view: async (context, deadline) => await readView(optionsOf(context).restUrl, jobNameOf(context.windows), deadline),
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
