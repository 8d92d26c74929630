import type { ProcessorDeclaration } from "../plugin.ts";
import { flinkJsonReader } from "./json-reader.ts";
import { flinkService } from "./service.ts";
import { windowTopicConfig } from "./topic-config.ts";
import { withoutSource } from "../without-source.ts";

/** Flink is downloaded from Maven Central and runs as a service of the stack, so it is always available. */
export const flink = {
  ...withoutSource("Flink"),
  name: "flink",
  label: "Flink",
  automatic: 2,
  windowTopicConfig,
  jsonReader: flinkJsonReader,
  service: flinkService,
  load: async () => (await import("./plugin.ts")).flinkPlugin,
} as const satisfies ProcessorDeclaration;
