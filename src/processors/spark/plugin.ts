import type { ProcessorPlugin } from "../plugin.ts";
import { programPlugin } from "../program-processor.ts";
import { spark } from "./declaration.ts";
import { sparkSources } from "./service.ts";

export const sparkPlugin: ProcessorPlugin = programPlugin(({ endpoints: { sparkControl = "" } }) => ({
  name: spark.name,
  service: spark.service.name,
  label: spark.label,
  controlUrl: sparkControl,
  sources: ["config/spark/pom.xml", ...sparkSources],
  readsAddedPartitions: true,
}));
