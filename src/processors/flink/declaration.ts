import type { ProcessorDeclaration } from "../plugin.ts";
import { flinkJsonReader } from "./json-reader.ts";
import { flinkService } from "./service.ts";
import { windowTopicConfig } from "./topic-config.ts";

/** Flink is downloaded from Maven Central and runs as a service of the stack, so it is always available. */
export const flink = {
  name: "flink",
  label: "Flink",
  automatic: 2,
  options: [],
  windowTopicConfig,
  jsonReader: flinkJsonReader,
  sourceFromOptions: () => undefined,
  detect: async () => ({}),
  choose: () => ({}),
  describeReason: () => undefined,
  describeSource: () => ({ short: "none", long: "Flink" }),
  service: flinkService,
  external: () => undefined,
  load: async () => (await import("./plugin.ts")).flinkPlugin,
} as const satisfies ProcessorDeclaration;
