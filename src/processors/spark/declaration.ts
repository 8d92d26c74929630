import type { ProcessorDeclaration } from "../plugin.ts";
import { programJsonReader } from "../program-json-reader.ts";
import { sparkService } from "./service.ts";
import { withoutSource } from "../without-source.ts";

/** Spark is downloaded from Maven Central and runs as a service of the stack. Used only when requested by name. */
export const spark = {
  ...withoutSource("Spark"),
  name: "spark",
  label: "Spark",
  windowTopicConfig: {},
  jsonReader: programJsonReader("spark", "Spark"),
  service: sparkService,
  load: async () => (await import("./plugin.ts")).sparkPlugin,
} as const satisfies ProcessorDeclaration;
