import type { ProcessorDeclaration } from "../plugin.ts";
import { programJsonReader } from "../program-json-reader.ts";
import { sparkService } from "./service.ts";

/** Spark is downloaded from Maven Central and runs as a service of the stack. Used only when requested by name. */
export const spark = {
  name: "spark",
  label: "Spark",
  options: [],
  windowTopicConfig: {},
  jsonReader: programJsonReader("spark", "Spark"),
  sourceFromOptions: () => undefined,
  detect: async () => ({}),
  choose: () => ({}),
  describeReason: () => undefined,
  describeSource: () => ({ short: "none", long: "Spark" }),
  service: sparkService,
  external: () => undefined,
  load: async () => (await import("./plugin.ts")).sparkPlugin,
} as const satisfies ProcessorDeclaration;
